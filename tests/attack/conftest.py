"""The attacks go against the same harness as the tests from end to end."""

from tests.e2e.conftest import database, harness, shared_harness

__all__ = ["database", "harness", "shared_harness"]
