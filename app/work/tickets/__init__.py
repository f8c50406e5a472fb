"""The pipeline of one ticket: decide, find its issue, write once, recover a write whose answer was lost."""
