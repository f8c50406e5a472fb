"""From issue to ticket: what happens to an issue is told to the tickets that reported it."""
