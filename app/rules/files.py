"""Reads routing.yaml and macros.yaml from disk."""

from pathlib import Path

from app.rules.loading import Rules, load
from app.rules.parsing.positions import BadRules, Position, Problem


def read_rules(routing_file: Path, macros_file: Path) -> Rules:
    """Both files, checked. Raises BadRules with every problem, or OSError."""
    return load(*read_texts(routing_file, macros_file), routing_name=str(routing_file), macros_name=str(macros_file))


def read_texts(routing_file: Path, macros_file: Path) -> tuple[str, str]:
    return read_text(routing_file), read_text(macros_file)


def read_text(file: Path) -> str:
    """Raises OSError, and BadRules with the place of what is not UTF-8."""
    content = file.read_bytes()
    try:
        return content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")  # as a text file is read
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        place = Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise BadRules([Problem(str(file), place, "", "not UTF-8: save it in that encoding")]) from error
