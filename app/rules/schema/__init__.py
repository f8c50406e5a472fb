"""What routing.yaml and macros.yaml may hold."""
