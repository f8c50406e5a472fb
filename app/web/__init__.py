"""What stands on the network: security before all doors, webhooks, the JSON API."""
