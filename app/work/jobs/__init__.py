"""One piece of work: its tries, its faults, its pause, its place in the queue."""
