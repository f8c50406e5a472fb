"""The kill test: the service is killed again and again while the others misbehave; then its records are checked."""
