"""What runs in the processes of the systems: the interpreters of the peers import nothing else of ours."""
