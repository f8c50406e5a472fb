"""How a command ends that could not do what was asked: sentences for people, and an exit code."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from app.cli.console import err, out, print_line

Given = ParamSpec("Given")


class NotDone(Exception):
    """A command could not do what was asked. The text says why, and what to do."""

    reason = "not_done"

    def __init__(self, why: str, code: int = 1) -> None:
        super().__init__(why)
        self.code = code


def ends_in_words(command: Callable[Given, int | None]) -> Callable[Given, None]:
    """What the command returns is its exit code. A known error ends it with sentences instead of a traceback."""

    @wraps(command)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except Exception as error:
            code = _print_known(error)
            if code is None:
                raise
        if code:
            sys.exit(code)

    return run


def _print_known(error: Exception) -> int | None:
    """The exit code; None for an error of our own code. Imports the classes here: most commands end without them."""
    from app.rules.parsing.positions import BadRules

    if isinstance(error, BadRules):  # The command did its work: it found these.
        for problem in error.problems:
            print_line(out, str(problem))
        return 1
    known = (str(error), error.code) if isinstance(error, NotDone) else _in_words(error)
    if known is None:
        return None
    print_line(err, known[0])
    return known[1]


def _in_words(error: Exception) -> tuple[str, int] | None:
    from pydantic import ValidationError

    from app.records.database import NewerDatabase
    from app.records.records import NoRecords
    from app.settings import BadSettings
    from integrations.errors import IntegrationError

    match error:
        case BadSettings():
            return "\n".join(("The environment is not complete:", *(f"  - {one}" for one in error.problems))), 2
        case NoRecords() | NewerDatabase():
            return f"The command cannot use the database: {error}. Does the service have the same DATABASE_URL?", 2
        case OSError():
            return f"Cannot read {error.filename}: {error.strerror}.", 2
        case ValidationError():  # It is a ValueError, but of our own code, and it quotes values.
            return None
        case ValueError() | IntegrationError():
            return f"{error}.", 2 if isinstance(error, ValueError) else 1
        case _:
            return None
