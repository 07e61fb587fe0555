"""The same programs in Turmeric, Python, Hy, Calysto Scheme and Basilisp, timed in one run."""
