"""routing.yaml as a whole: its routes, their conditions, and the parts below `app.rules.schema`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, create_model

from app.rules.conditions import KINDS
from app.rules.conditions.phrases import Phrase
from app.rules.schema.archetypes import Archetype, Defaults
from app.rules.schema.base import (
    Channel,
    Chat,
    Closing,
    Confidence,
    Fields,
    Languages,
    Limits,
    Mode,
    Retention,
    Team,
    Tracker,
)
from app.rules.schema.strict import Name, Strict, Tag

_KEYS: dict[str, Any] = {kind.key: (kind.type | None, Field(None, description=kind.description)) for kind in KINDS}
_OfKinds = create_model("_OfKinds", __base__=Strict, __module__=__name__, **_KEYS)


class Conditions(_OfKinds):  # type: ignore[misc, valid-type]  # the registry makes its keys, and mypy cannot see them
    """Conditions side by side must all hold; `all`, `any` and `none` nest them."""

    all: tuple[Conditions, ...] = Field(default=(), description="Every one of these must hold.")
    any: tuple[Conditions, ...] = Field(default=(), description="At least one of these must hold.")
    none: tuple[Conditions, ...] = Field(default=(), description="Not one of these may hold.")
    where: Literal["subject", "body", "both"] = Field(
        default="both", alias="in", description="Where the phrases and patterns beside it are looked for."
    )


class Route(Strict):
    """One rule: the first route whose conditions hold decides."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")] = Field(description="Unique.")
    why: str = Field(
        default="", description="One short sentence for advocates: why this route exists, what it is sure of."
    )
    when: Conditions
    archetype: Name
    mode: Mode | None = Field(
        default=None, description="Instead of the archetype's. A shadow route is recorded, decides nothing."
    )
    before: Literal["language"] | None = Field(
        default=None, description="`language`: asked before the language step, for what must not wait for it."
    )
    confidence: Confidence = Field(default="high", description="`medium` for a route that is usually right.")
    tags: tuple[Tag, ...] = Field(default=(), description="Added beside the archetype's.")


class Remark(Strict):
    """Tags and a sentence for the internal note; every remark that holds is added, whatever decided the archetype."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    when: Conditions
    archetypes: tuple[Name, ...] = Field(default=(), description="Only for these; empty: for all.")
    tags: tuple[Tag, ...] = ()
    note: str = Field(default="", description="A sentence in the internal note.")


class Routing(Strict):
    """routing.yaml."""

    version: Literal[1]
    defaults: Defaults = Defaults()
    team: Team = Team()
    languages: Languages = Languages()
    limits: Limits = Limits()
    retention: Retention = Retention()
    channels: dict[Name, Channel]
    trackers: dict[Name, Tracker] = Field(default_factory=dict)
    closing: Closing
    chat: Chat = Chat()
    fields: Fields = Fields()
    archetypes: dict[Name, Archetype]
    vocabulary: dict[Name, tuple[Phrase, ...]] = Field(
        default={}, description="Named lists of phrases, used as `$name`."
    )
    remarks: tuple[Remark, ...] = ()
    routes: tuple[Route, ...]
