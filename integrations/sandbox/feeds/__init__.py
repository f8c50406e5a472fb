"""Sites where people write, each as its feed's adapter knows it."""
