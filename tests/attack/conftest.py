"""The attacks go against the same house as the tests from end to end."""

from tests.e2e.conftest import house, shared_house

__all__ = ["house", "shared_house"]
