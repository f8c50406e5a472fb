"""Durable work on a queue in our own database. The only folder that knows dbos."""
