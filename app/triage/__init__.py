"""The pure heart: a ticket becomes a verdict (with its reasons), a verdict becomes a plan (a list of actions)."""
