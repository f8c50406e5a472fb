"""Which route decides about a ticket, with a trace of all others."""
