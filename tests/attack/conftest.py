"""The attacks go against the same house as the tests from end to end."""

from tests.e2e.conftest import database, house, shared_house

__all__ = ["database", "house", "shared_house"]
