"""The schema of routing.yaml: routes, their conditions, and the parts in `app.rules.schema`."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, create_model

from app.rules.archetypes import ArchetypeConfig, DefaultsConfig
from app.rules.conditions import KINDS
from app.rules.conditions.phrases import Phrase
from app.rules.schema.base import (
    ChannelConfig,
    ChatConfig,
    ClosingConfig,
    Confidence,
    FieldsConfig,
    LanguagesConfig,
    LimitsConfig,
    MacroName,
    Mode,
    RecogniseConfig,
    RetentionConfig,
    TeamConfig,
    TrackerConfig,
)
from app.rules.schema.documentation import DocsConfig
from app.rules.schema.feeds import FeedConfig, FeedName
from app.rules.schema.mentions import MentionHookConfig
from app.rules.schema.setup import SetupConfig
from app.rules.schema.strict import Name, Strict, Tag, Text

_KEYS: dict[str, Any] = {kind.key: (kind.type | None, Field(None, description=kind.description)) for kind in KINDS}
_OfKinds = create_model("_OfKinds", __base__=Strict, __module__=__name__, **_KEYS)


class ConditionsConfig(_OfKinds):  # type: ignore[misc, valid-type]  # mypy cannot see the registry's keys
    """Conditions side by side must all hold; `all`, `any` and `none` nest them."""

    all: tuple["ConditionsConfig", ...] = Field(default=(), description="Every one of these must hold.")
    any: tuple["ConditionsConfig", ...] = Field(default=(), description="At least one of these must hold.")
    none: tuple["ConditionsConfig", ...] = Field(default=(), description="Not one of these may hold.")
    where: Literal["subject", "body", "both"] = Field(
        default="both", alias="in", description="Where the phrases and patterns beside it are looked for."
    )


class RouteConfig(Strict):
    """One rule: the first route whose conditions hold decides."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")] = Field(description="Unique.")
    why: str = Field(default="", description="One short sentence for advocates: why this route exists.")
    when: ConditionsConfig
    archetype: Name
    mode: Mode | None = Field(
        default=None, description="Instead of the archetype's. A shadow route is recorded and decides nothing."
    )
    before: Literal["language"] | None = Field(
        default=None, description="`language`: this route is asked before the language is detected."
    )
    confidence: Confidence = Field(default="high", description="`medium` for a route that is usually right.")
    tags: tuple[Tag, ...] = Field(default=(), description="Added beside the archetype's.")


class RemarkConfig(Strict):
    """Tags and a sentence for the internal note. Every remark that holds is added, next to any archetype."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    when: ConditionsConfig
    archetypes: tuple[Name, ...] = Field(default=(), description="Only for these; empty: for all.")
    tags: tuple[Tag, ...] = ()
    note: str = Field(default="", description="A sentence in the internal note.")
    asks: str = Field(default="", description="A question for the answer, where its macro has `${asks}`.")
    macro: MacroName | None = Field(default=None, description="The reply, instead of the archetype's own.")


class GuardConfig(Strict):
    """What the learned model must not say of a ticket. Routes and persons are free of it."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    why: Text = Field(description="One short sentence for advocates.")
    when: ConditionsConfig
    archetypes: tuple[Name, ...] = Field(min_length=1, description="Those that it must not say.")


def _recognised_by_name(channels: dict[str, ChannelConfig]) -> dict[str, ChannelConfig]:
    """What says nothing of it is recognised by its name as a tag, and by the tag that a mention gets."""
    by_name = {name: {"recognise": (RecogniseConfig(tags=(name, f"channel__{name}")),)} for name in channels}
    return {name: one if one.recognise else one.model_copy(update=by_name[name]) for name, one in channels.items()}


class RoutingConfig(Strict):
    """routing.yaml."""

    version: Literal[1]
    defaults: DefaultsConfig = DefaultsConfig()
    team: TeamConfig = TeamConfig()
    languages: LanguagesConfig = LanguagesConfig()
    limits: LimitsConfig = LimitsConfig()
    retention: RetentionConfig = RetentionConfig()
    channels: Annotated[dict[Name, ChannelConfig], AfterValidator(_recognised_by_name)]
    feeds: dict[FeedName, FeedConfig] = Field(
        default_factory=dict, description="Where the service looks by itself for what people write."
    )
    mentions: dict[FeedName, MentionHookConfig] = Field(
        default_factory=dict, description="Senders whose body cannot be shaped, each at /webhooks/mentions/<name>."
    )
    docs: DocsConfig | None = Field(
        default=None, description="The product's documentation, in which answers are looked for. Empty: none is."
    )
    trackers: dict[Name, TrackerConfig] = Field(default_factory=dict)
    closing: ClosingConfig
    chat: ChatConfig = ChatConfig()
    fields: FieldsConfig = FieldsConfig()
    setup: SetupConfig = SetupConfig()
    archetypes: dict[Name, ArchetypeConfig]
    vocabulary: dict[Name, tuple[Phrase, ...]] = Field(
        default={}, description="Named lists of phrases, used as `$name`."
    )
    remarks: tuple[RemarkConfig, ...] = ()
    guards: tuple[GuardConfig, ...] = ()
    routes: tuple[RouteConfig, ...]

    def not_of(self, channel: str) -> frozenset[str]:
        """The archetypes that no ticket of this channel can be of."""
        return frozenset(name for name, one in self.archetypes.items() if one.channels and channel not in one.channels)
