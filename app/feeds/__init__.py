"""What people write elsewhere about the product, as it reaches us: mentions, and the feeds that bring them."""
