"""Compares GitLab and Zendesk with our records, and takes up what no webhook reported."""
