"""Two or more guards on one database."""

from tests.support.limiters import clock, workers

__all__ = ["clock", "workers"]
