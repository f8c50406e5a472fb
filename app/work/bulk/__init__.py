"""Many updates in one bulk job of Zendesk: the outbox, and the job that empties it."""
