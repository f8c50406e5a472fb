"""Where people write about the product: one adapter for each kind of source, which only reads."""
