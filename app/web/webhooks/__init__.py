"""Webhooks: verify, store, answer 2xx. Nothing here acts on a ticket."""
