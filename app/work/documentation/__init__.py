"""The product's documentation: kept in step with its source, and searched for each question."""
