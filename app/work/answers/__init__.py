"""Solved tickets with what was answered, and which of them a new ticket is like."""
