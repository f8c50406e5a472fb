"""Durable work: the only place that acts on the outside, and the only place that tries again."""
