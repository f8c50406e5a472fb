"""A small, strict Zendesk on loopback."""
