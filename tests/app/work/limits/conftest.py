"""Two or more processes on one database."""

from tests.support.limiters import clock, workers

__all__ = ["clock", "workers"]
