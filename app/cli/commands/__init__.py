"""One file per group of commands: its options and its help. The modules that do the work are imported when it runs."""
