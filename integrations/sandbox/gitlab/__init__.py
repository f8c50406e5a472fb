"""A small, strict GitLab on loopback."""
