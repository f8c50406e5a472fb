"""`archetypes:` in routing.yaml: what follows when a ticket is of a kind. Each action adds its own keys."""

from typing import Annotated, Any, Self

from pydantic import Field, create_model, model_validator

from app.rules.actions import ACTIONS
from app.rules.schema.base import Mode, ReplyMode, Share
from app.rules.schema.strict import Flag, Name, Strict, Text

PerHour = Annotated[int, Field(ge=0, strict=True)]

_CAPS: dict[str, Any] = {action.name(): (PerHour | None, None) for action in ACTIONS if action.capped}
_PerKind = create_model("_PerKind", __base__=Strict, __module__=__name__, **_CAPS)
_OfActions = create_model("_OfActions", __base__=tuple(action.keys for action in ACTIONS), __module__=__name__)


class CapsConfig(_PerKind):  # type: ignore[misc, valid-type]  # mypy cannot see the registry's keys
    """Most actions of a kind in an hour; a person decides about the others. Empty: no limit."""


CAPPED = frozenset(CapsConfig.model_fields)
"""The kinds of actions that may have a cap. An incident is only looked up, and has none."""


class ThresholdsConfig(Strict):
    """The probability of the learned model from which a verdict counts as sure."""

    high: Share = 0.9
    medium: Share = 0.6


class ArchetypeConfig(_OfActions):  # type: ignore[misc, valid-type]  # the same
    """A kind of interaction, and what follows from it."""

    description: Text
    title: Text | None = Field(default=None, description="As advocates call it; empty: its name, with blanks.")
    mode: Mode | None = Field(default=None, description="Instead of `defaults.mode`.")
    caps: CapsConfig | None = Field(default=None, description="Instead of `defaults.caps`, kind by kind.")
    thresholds: ThresholdsConfig | None = Field(
        default=None, description="Instead of those that the training of the model found."
    )
    channels: tuple[Name, ...] = Field(
        default=(), description="Only tickets of these channels can be of it, unless a person says so; empty: all."
    )
    by_rule_only: Flag = Field(
        default=False, description="The learned model may propose it to a person, never decide it."
    )
    private: Flag = Field(
        default=False,
        description="Nothing of it becomes public: its issues are confidential, and no reply is sent without a person.",
    )

    @model_validator(mode="after")
    def _keeps_private(self) -> Self:
        if not self.private:
            return self
        if self.issue and self.issue.confidential != "always":
            raise ValueError("is `private`: its issue needs `confidential: always`")
        if self.reply and (self.reply.live_on or self.reply.mode == "live"):
            raise ValueError("is `private`: its reply cannot be `live`")
        return self

    @model_validator(mode="after")
    def _keeps_silent(self) -> Self:
        if self.never_reply and (self.reply or self.incidents):
            raise ValueError("says `never_reply`, and has a reply")
        return self


class DefaultsConfig(Strict):
    """What holds where an archetype or a route says nothing."""

    mode: Mode = "suggest"
    reply: ReplyMode = "suggest"
    caps: CapsConfig = CapsConfig()
    thresholds: ThresholdsConfig = Field(
        default=ThresholdsConfig(), description="Of an archetype for which the training of the model found none."
    )
