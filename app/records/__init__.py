"""What is kept: decisions, links, failures and the YAML that made them, in the engine's own database."""
