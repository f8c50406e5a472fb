"""Where short links lead. Whoever writes a text chooses the address, so nothing private is reached by it."""
