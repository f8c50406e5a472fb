"""What people and programs look at: decisions with their reasons, failures, health, metrics."""
