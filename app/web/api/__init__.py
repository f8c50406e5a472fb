"""The JSON API: decisions with their reasons, failures, pauses, rules; health and metrics."""
