"""Zendesk and GitLab as code: wanted (from the YAML) -> current (read) -> plan -> apply."""
