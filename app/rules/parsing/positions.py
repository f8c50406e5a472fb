"""YAML text -> plain values, and where each of them stands. Built from the event stream, so that nothing is created
before it was checked: no tags, no anchors (a few of them can unfold to gigabytes), no duplicate keys, no depth or size
that could exhaust us.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

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
    SequenceStartEvent,
)

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

    @property
    def line(self) -> int:
        return self.position.line

    @property
    def column(self) -> int:
        return self.position.column

    def __str__(self) -> str:
        said = [self.message]
        if self.found:
            said.append(f"found {self.found}")
        if self.expected:
            said.append(f"expected {self.expected}")
        if self.suggestion:
            said.append(self.suggestion)
        place = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}:{self.column}: {place}{'; '.join(said)}"


class BadRules(Exception):
    """The files cannot be used; every problem at once."""

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
    """Of the key in a mapping, of the dash's value in a list."""
    values: dict[Path, Position] = field(default_factory=dict)

    def at(self, path: Path, *, value: bool = False) -> Position:
        """Of the thing itself, or of the nearest one around it when the file does not have it."""
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
class _Open:
    """A mapping or list whose end has not come yet."""

    path: Path
    value: dict[str, Any] | list[Any]
    key: str | None = None
    """Of a mapping: the key whose value comes next."""

    @property
    def wants_key(self) -> bool:
        return isinstance(self.value, dict) and self.key is None


@dataclass(slots=True)
class _Reader:
    positions: Positions
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    root: Any = None
    count: int = 0
    documents: int = 0

    def take(self, event: Event) -> None:
        position = Position(event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._stop(position, "more than one YAML document", "remove the `---`")
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self.stack.pop()
        elif isinstance(event, (AliasEvent, ScalarEvent, MappingStartEvent, SequenceStartEvent)):
            self.count += 1
            if self.count > MAX_VALUES:
                self._stop(position, f"more than {MAX_VALUES:,} values")
            self._refuse_oddities(event, position)
            self._value(event, position)

    def _value(self, event: Event, position: Position) -> None:
        if self.stack and self.stack[-1].wants_key:
            self._key(event, position)
            return
        path = self._next_path()
        self.positions.values[path] = position
        if not path or isinstance(path[-1], int):
            self.positions.keys[path] = position
        value: Any = _scalar(event) if isinstance(event, ScalarEvent) else None
        if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            value = {} if isinstance(event, MappingStartEvent) else []
            if len(self.stack) >= MAX_DEPTH:
                self._stop(position, f"nested deeper than {MAX_DEPTH} levels")
        self._put(value)
        if isinstance(value, (dict, list)):
            self.stack.append(_Open(path, value))

    def _key(self, event: Event, position: Position) -> None:
        mapping = self.stack[-1]
        key = _scalar(event) if isinstance(event, ScalarEvent) else None
        if not isinstance(event, ScalarEvent):
            self._stop(position, "a key must be a text")
            return
        if not isinstance(key, str):
            shown = event.value or "nothing"
            self._report(position, mapping.path, "a key must be a text", f'write it in quotes: "{shown}"')
            key = str(event.value)
        if key in mapping.value:
            first = self.positions.keys[(*mapping.path, key)]
            self._report(position, (*mapping.path, key), f"the key `{key}` was given before, in line {first.line}", "")
        else:
            self.positions.keys[(*mapping.path, key)] = position
        mapping.key = key

    def _next_path(self) -> Path:
        if not self.stack:
            return ()
        parent = self.stack[-1]
        if isinstance(parent.value, list):
            return (*parent.path, len(parent.value))
        return (*parent.path, parent.key or "")

    def _put(self, value: Any) -> None:
        if not self.stack:
            self.root = value
            return
        parent = self.stack[-1]
        if isinstance(parent.value, list):
            parent.value.append(value)
        else:
            parent.value[parent.key or ""] = value
            parent.key = None

    def _refuse_oddities(self, event: Any, position: Position) -> None:
        path = self.stack[-1].path if self.stack else ()
        if getattr(event, "anchor", None):
            kind = "alias" if isinstance(event, AliasEvent) else "anchor"
            self._report(
                position, path, f"the {kind} `{event.anchor}` is refused", "name what is used twice under `vocabulary:`"
            )
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) != "!":
            self._report(position, path, f"the tag `{tag}` is refused", "plain values only")

    def _report(self, position: Position, path: Path, message: str, suggestion: str) -> None:
        self.problems.append(Problem(self.positions.file, position, spell(path), message, suggestion=suggestion))

    def _stop(self, position: Position, message: str, suggestion: str = "") -> None:
        self._report(position, self.stack[-1].path if self.stack else (), message, suggestion)
        raise BadRules(self.problems)


def read_yaml(text: str, file: str) -> tuple[Any, Positions]:
    """Plain dicts, lists and scalars, and their positions. Raises BadRules."""
    positions = Positions(file)
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise BadRules([Problem(file, Position(1, 1), "", f"larger than {MAX_BYTES >> 20} MiB")])
    reader = _Reader(positions)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            reader.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
        said = " ".join(str(part) for part in (error.context, error.problem) if part)
        raise BadRules([*reader.problems, Problem(file, position, "", f"not YAML: {said}")]) from error
    except (YAMLError, RecursionError, ValueError) as error:
        raise BadRules([*reader.problems, Problem(file, Position(1, 1), "", f"not YAML: {error}")]) from error
    if reader.problems:
        raise BadRules(reader.problems)
    return reader.root, positions


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
