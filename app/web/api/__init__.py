"""The JSON API: decisions with their reasons, failures, health, metrics."""
