"""Validates both files piece by piece, so that references can be checked although some pieces are wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from app.rules.archetypes import ArchetypeConfig
from app.rules.routing import GuardConfig, RemarkConfig, RouteConfig
from app.rules.schema.base import ChannelConfig, LanguagesConfig, MacroName, OnClosingConfig
from app.rules.schema.documentation import DocsConfig
from app.rules.schema.feeds import FeedConfig
from app.rules.schema.macros import MacroConfig, TemplateConfig
from app.rules.schema.mentions import MentionHookConfig
from app.rules.schema.setup import ViewConfig
from app.rules.schema.strict import Text

_NAMED: Final = {
    "channel": "channels",
    "tracker": "trackers",
    "archetype": "archetypes",
    "list of phrases": "vocabulary",
    "macro": "macros",
    "template": "templates",
}


@dataclass(frozen=True)
class Pieces:
    """The pieces that are valid."""

    names: Mapping[str, tuple[str, ...]]
    """By kind: the names that exist, also those of wrong pieces."""
    channels: Mapping[str, ChannelConfig]
    archetypes: Mapping[str, ArchetypeConfig]
    feeds: Mapping[str, FeedConfig]
    mentions: Mapping[str, MentionHookConfig]
    docs: DocsConfig | None
    views: Mapping[str, ViewConfig]
    routes: Mapping[int, RouteConfig]
    remarks: Mapping[int, RemarkConfig]
    guards: Mapping[int, GuardConfig]
    closing: Mapping[str, OnClosingConfig]
    team_answer: str | None
    vocabulary: Mapping[str, tuple[str, ...]]
    languages: LanguagesConfig | None
    macros: Mapping[str, MacroConfig]
    templates: Mapping[str, TemplateConfig]


def pieces_of(routing: Any, macros: Any) -> Pieces:
    """The pieces of what was read of each file, even when that is no mapping."""
    here, there = _mapping(routing), _mapping(macros)

    return Pieces(
        names={
            kind: tuple(_mapping((there if kind in ("macro", "template") else here).get(key)))
            for kind, key in _NAMED.items()
        },
        channels=_valid(ChannelConfig, _mapping(here.get("channels"))),
        archetypes=_valid(ArchetypeConfig, _mapping(here.get("archetypes"))),
        feeds=_valid(FeedConfig, _mapping(here.get("feeds"))),
        mentions=_valid(MentionHookConfig, _mapping(here.get("mentions"))),
        docs=_valid(DocsConfig, {0: here.get("docs")}).get(0),
        views=_valid(ViewConfig, _mapping(_mapping(here.get("setup")).get("views"))),
        routes=_valid(RouteConfig, _numbered(here.get("routes"))),
        remarks=_valid(RemarkConfig, _numbered(here.get("remarks"))),
        guards=_valid(GuardConfig, _numbered(here.get("guards"))),
        closing=_valid(OnClosingConfig, _mapping(here.get("closing"))),
        team_answer=_valid(MacroName, {0: _mapping(here.get("closing")).get("team_answer")}).get(0),
        vocabulary=_valid(tuple[Text, ...], _mapping(here.get("vocabulary"))),
        languages=_valid(LanguagesConfig, {0: here.get("languages", {})}).get(0),
        macros=_valid(MacroConfig, _mapping(there.get("macros"))),
        templates=_valid(TemplateConfig, _mapping(there.get("templates"))),
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
