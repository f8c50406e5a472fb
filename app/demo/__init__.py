"""`pointsman demo`: sample tickets of every archetype, from the webhook to GitLab and back, in the sandbox."""
