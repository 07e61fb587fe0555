"""Effects, generators, searches and tasks, beside what Python has for the same."""
