"""Reads YAML into plain values, and keeps the line and column of each.

It reads the parser's events, so it refuses tags, anchors, duplicate keys, depth and size before it creates anything.
"""

import json
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from app.rules.parsing.remedies import remedy

MAX_BYTES: Final = 1 << 20
MAX_DEPTH: Final = 30
MAX_VALUES: Final = 50_000

Path = tuple[str | int, ...]
_BARE: Final = re.compile(r"^[A-Za-z_][\w-]*$")
_WHOLE: Final = re.compile(r"^[-+]?[0-9]+$")
_REAL: Final = re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Both count from 1, as editors do."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file was refused, for the person who edits it."""

    file: str
    position: Position
    path: str
    message: str
    found: str = ""
    expected: str = ""
    suggestion: str = ""

    def __str__(self) -> str:
        found = f"found {self.found}" if self.found else ""
        expected = f"expected {self.expected}" if self.expected else ""
        said = "; ".join(filter(None, (self.message, found, expected, self.suggestion)))
        place = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.position.line}:{self.position.column}: {place}{said}"


class BadRules(Exception):
    """The files cannot be used. It names every problem."""

    reason = "bad_rules"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def spell(path: Path) -> str:
    """`routes[3].when.phrases`, `macros["Community::Mention"].text`."""
    spelt = ""
    for step in path:
        if isinstance(step, int):
            spelt += f"[{step}]"
        elif _BARE.match(step):
            spelt += f".{step}" if spelt else step
        else:
            spelt += f"[{json.dumps(step, ensure_ascii=False)}]"
    return spelt


@dataclass(slots=True)
class Positions:
    """Where things stand in one file, by path."""

    file: str
    keys: dict[Path, Position] = field(default_factory=dict)
    """Of a mapping's key, and of a list's item."""
    values: dict[Path, Position] = field(default_factory=dict)

    def at(self, path: Path, *, value: bool = False) -> Position:
        """Where the path stands; one that the file does not have stands at the nearest one around it."""
        place = self.values if value else self.keys
        while path and path not in place:
            path = path[:-1]
        return place.get(path, Position(1, 1))

    def problem(
        self,
        path: Path,
        message: str,
        *,
        value: bool = False,
        found: str = "",
        expected: str = "",
        suggestion: str = "",
    ) -> Problem:
        return Problem(self.file, self.at(path, value=value), spell(path), message, found, expected, suggestion)


@dataclass(slots=True)
class _Reader:
    """Reads one value after the other from the events of the parser, and refuses what may do harm."""

    events: Iterator[Event]
    positions: Positions
    problems: list[Problem] = field(default_factory=list)
    values_seen: int = 0

    def document(self) -> Any:
        """The only document's value; None for an empty text."""
        root, documents = None, 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop(_position(event), (), "more than one YAML document", "remove the `---`")
                root = self._value(next(self.events), ())
        return root

    def _value(self, event: Event, path: Path) -> Any:
        position = self._checked(event, path[:-1])
        self.positions.values[path] = position
        if not path or isinstance(path[-1], int):
            self.positions.keys[path] = position
        if isinstance(event, ScalarEvent):
            return _scalar(event)
        if isinstance(event, AliasEvent):
            return None
        if len(path) >= MAX_DEPTH:
            self._stop(position, path[:-1], f"nested deeper than {MAX_DEPTH} levels")
        return self._mapping(path) if isinstance(event, MappingStartEvent) else self._list(path)

    def _list(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self._key(event, path, entries)
            entries[key] = self._value(next(self.events), (*path, key))
        return entries

    def _key(self, event: Event, path: Path, known: Container[str]) -> str:
        position = self._checked(event, path)
        if not isinstance(event, ScalarEvent):
            self._stop(position, path, "a key must be a text")
        key = _scalar(event)
        if not isinstance(key, str):
            self._report(position, path, "a key must be a text", f'write it in quotes: "{event.value or "nothing"}"')
            key = str(event.value)
        if key in known:
            first = self.positions.keys[(*path, key)]
            self._report(position, (*path, key), f"the key `{key}` was given before, in line {first.line}")
        else:
            self.positions.keys[(*path, key)] = position
        return key

    def _checked(self, event: Event, inside: Path) -> Position:
        """Where it stands. Anchors are refused because a few of them can unfold to gigabytes."""
        position = _position(event)
        self.values_seen += 1
        if self.values_seen > MAX_VALUES:
            self._stop(position, inside, f"more than {MAX_VALUES:,} values")
        if anchor := getattr(event, "anchor", None):
            kind = "alias" if isinstance(event, AliasEvent) else "anchor"
            advice = "put a text that begins with it in quotes; name what is used twice under `vocabulary:`"
            self._report(position, inside, f"the {kind} `{anchor}` is refused", advice)
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) != "!":
            advice = "plain values only; put a text that begins with `!` in quotes"
            self._report(position, inside, f"the tag `{tag}` is refused", advice)
        return position

    def _report(self, position: Position, path: Path, message: str, suggestion: str = "") -> None:
        self.problems.append(Problem(self.positions.file, position, spell(path), message, suggestion=suggestion))

    def _stop(self, position: Position, path: Path, message: str, suggestion: str = "") -> NoReturn:
        self._report(position, path, message, suggestion)
        raise BadRules(self.problems)


def read_yaml(text: str, file: str) -> tuple[Any, Positions]:
    """Plain dicts, lists and scalars, and their positions. Raises BadRules."""
    positions = Positions(file)
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise BadRules([Problem(file, Position(1, 1), "", f"larger than {MAX_BYTES >> 20} MiB")])
    reader = _Reader(iter(YAML(typ="safe", pure=True).parse(text)), positions)
    try:
        root = reader.document()
    except (YAMLError, RecursionError, ValueError) as error:
        raise BadRules([*reader.problems, _syntax_error(error, text, file)]) from error
    if reader.problems:
        raise BadRules(reader.problems)
    return root, positions


def _syntax_error(error: Exception, text: str, file: str) -> Problem:
    position, said, advice = Position(1, 1), str(error), ""
    if isinstance(error, MarkedYAMLError):
        said = " ".join(str(part) for part in (error.context, error.problem) if part)
        if mark := error.problem_mark or error.context_mark:
            position = Position(mark.line + 1, mark.column + 1)
            begun = (error.context_mark or mark).line
            advice = remedy(said, text, mark.line, mark.column, begun)
    return Problem(file, position, "", f"not YAML: {said}", suggestion=advice)


def _position(event: Event) -> Position:
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)


def _scalar(event: ScalarEvent) -> str | int | float | bool | None:
    """YAML 1.2's core types: `yes`, `on` and `12:30` are texts."""
    text: str = event.value
    if event.style is not None or not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.match(text) and len(text) < 20:
        return int(text)
    return float(text) if _REAL.match(text) else text
