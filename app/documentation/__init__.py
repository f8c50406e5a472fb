"""Pages of documentation become sections that can be found, quoted and linked. Pure."""
