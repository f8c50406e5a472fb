"""What no webhook told us: GitLab does not re-send, Zendesk drops events. The records are compared with both."""
