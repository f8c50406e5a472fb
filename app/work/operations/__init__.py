"""What operators do and look at: retry failures, prune, webhook health, dry runs."""
