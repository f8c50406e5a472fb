"""Webhooks: each source is a value, and one endpoint serves them all."""
