"""Which issues speak of the same thing as a ticket: an index in memory, a score that means the same everywhere."""
