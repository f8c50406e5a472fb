"""How a command ends that could not do what was asked: sentences for people, and an exit code."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

from rich.console import Console

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
            known = in_words(error)
            if known is None:
                raise
            console, text, code = known
            print_line(console, text)
        if code:
            sys.exit(code)

    return run


def in_words(error: Exception) -> tuple[Console, str, int] | None:
    """Where to say what, and the exit code; None for an error of our own code.

    Imports the classes here: most commands end without them.
    """
    from pydantic import ValidationError

    from app.records.database_errors import NewerDatabase
    from app.records.records import NoRecords
    from app.rules.parsing.positions import BadRules
    from app.settings import BadSettings
    from integrations.errors import IntegrationError

    said, code = "", 2
    match error:
        case BadRules():  # The command did its work: it found these.
            return out, str(error), 1
        case NotDone():
            said, code = str(error), error.code
        case BadSettings():
            said = "\n".join(("The environment is not complete:", *(f"  - {one}" for one in error.problems)))
            if Path(".env").is_file():
                said += "\nThe file .env is not read by itself. In this shell: set -a; . ./.env; set +a"
        case NoRecords() | NewerDatabase():
            said = f"The command cannot use the database: {error}. Does the service have the same DATABASE_URL?"
        case OSError():
            said = f"Cannot read {error.filename}: {error.strerror}."
        case ValidationError():  # It is a ValueError, but of our own code, and it quotes values.
            return None
        case ValueError() | IntegrationError():
            said, code = f"{error}.", 2 if isinstance(error, ValueError) else 1
        case _:
            return None
    return err, said, code
