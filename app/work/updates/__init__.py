"""What changed in an issue reaches the tickets that reported it."""
