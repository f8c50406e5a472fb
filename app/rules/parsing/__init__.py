"""Reads YAML and checks it, with a position for every problem."""
