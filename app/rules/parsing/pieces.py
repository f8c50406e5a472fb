"""Both files piece by piece, so that what refers to what can be checked although some pieces are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from app.rules.routing import Remark, Route
from app.rules.schema.archetypes import Archetype
from app.rules.schema.base import Languages, MacroName, OnClosing
from app.rules.schema.macros import Macro, Template
from app.rules.schema.strict import Text

_Entry = TypeVar("_Entry")


@dataclass(frozen=True)
class Named:
    """Names that exist, also of pieces that are wrong themselves."""

    channels: tuple[str, ...]
    trackers: tuple[str, ...]
    archetypes: tuple[str, ...]
    vocabulary: tuple[str, ...]
    macros: tuple[str, ...]
    templates: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """The pieces that have a form."""

    names: Named
    archetypes: Mapping[str, Archetype]
    routes: Mapping[int, Route]
    remarks: Mapping[int, Remark]
    closing: Mapping[str, OnClosing]
    team_answer: str | None
    vocabulary: Mapping[str, tuple[str, ...]]
    languages: Languages | None
    macros: Mapping[str, Macro]
    templates: Mapping[str, Template]


def draft(routing: Any, macros: Any) -> Draft:
    """From what was read of each file, whatever it is."""
    here, there = _mapping(routing), _mapping(macros)

    def names(root: Mapping[str, Any], key: str) -> tuple[str, ...]:
        return tuple(_mapping(root.get(key)))

    return Draft(
        names=Named(
            channels=names(here, "channels"),
            trackers=names(here, "trackers"),
            archetypes=names(here, "archetypes"),
            vocabulary=names(here, "vocabulary"),
            macros=names(there, "macros"),
            templates=names(there, "templates"),
        ),
        archetypes=_valid(Archetype, _mapping(here.get("archetypes"))),
        routes=_valid(Route, _numbered(here.get("routes"))),
        remarks=_valid(Remark, _numbered(here.get("remarks"))),
        closing=_valid(OnClosing, _mapping(here.get("closing"))),
        team_answer=_valid(MacroName, {0: _mapping(here.get("closing")).get("team_answer")}).get(0),
        vocabulary=_valid(tuple[Text, ...], _mapping(here.get("vocabulary"))),
        languages=_valid(Languages, {0: here.get("languages", {})}).get(0),
        macros=_valid(Macro, _mapping(there.get("macros"))),
        templates=_valid(Template, _mapping(there.get("templates"))),
    )


def _valid(form: Any, entries: Mapping[Any, Any]) -> dict[Any, Any]:
    adapter: TypeAdapter[Any] = TypeAdapter(form)
    valid = {}
    for key, entry in entries.items():
        try:
            valid[key] = adapter.validate_python(entry)
        except ValidationError:
            continue  # reported with the whole file
    return valid


def _mapping(root: Any) -> dict[str, Any]:
    return root if isinstance(root, dict) else {}


def _numbered(root: Any) -> dict[int, Any]:
    return dict(enumerate(root)) if isinstance(root, list) else {}
