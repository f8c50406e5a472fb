"""How a command ends that could not do what was asked: sentences for people, and an exit code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class NotDone(Exception):
    """A command could not do what was asked; its text says why, and what to do."""

    reason = "not_done"

    def __init__(self, why: str, code: int = 1) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Ending:
    lines: tuple[str, ...]
    code: int
    is_failure: bool = True
    """Of the command itself. False: it found faults in the files that it was to look at."""


def in_words(error: Exception) -> Ending | None:
    """None: an error of our own code. The classes are imported here: a command that ends well needs none of them."""
    from app.rules.parsing.positions import BadRules

    if isinstance(error, BadRules):
        return Ending(tuple(map(str, error.problems)), 1, is_failure=False)
    if isinstance(error, NotDone):
        return Ending((str(error),), error.code)
    return _of_a_service(error)


def _of_a_service(error: Exception) -> Ending | None:
    from app.records.database import NewerDatabase
    from app.records.records import NoRecords
    from app.settings import BadSettings
    from integrations.errors import IntegrationError

    match error:
        case BadSettings():
            return Ending(cannot_start(error.problems), 2)
        case NoRecords() | NewerDatabase():
            return Ending((f"Nothing can be done: {error}. Is DATABASE_URL that of the service?",), 2)
        case OSError():
            return Ending((f"Cannot read {error.filename}: {error.strerror}.",), 2)
        case ValueError() | IntegrationError():
            return Ending((f"{error}.",), 2 if isinstance(error, ValueError) else 1)
        case _:
            return None


def cannot_start(problems: Iterable[str]) -> tuple[str, ...]:
    return ("Pointsman cannot start:", *(f"  - {problem}" for problem in problems))
