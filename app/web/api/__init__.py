"""The JSON API: decisions with their reasons, failures, pauses, the rules in force; health and metrics."""
