"""One finder for each kind of personal data or secret."""
