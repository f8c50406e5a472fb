"""Training and measuring the learned model. What it makes is read by app.model, which knows nothing of this."""
