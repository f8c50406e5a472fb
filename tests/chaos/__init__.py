"""The kill test: the service is killed again and again while all around it misbehaves; then the books are read."""
