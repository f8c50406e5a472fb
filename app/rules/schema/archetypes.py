"""`archetypes:` in routing.yaml: what follows when a ticket is of a kind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from app.rules.schema.base import MacroName, Mode, ReplyMode, Share, Status
from app.rules.schema.strict import Flag, Name, Strict, Tag, Text

PerHour = Annotated[int, Field(ge=0, strict=True)]
OpenWhen = Annotated[str, StringConstraints(pattern=r"^(always|never|tagged:[a-z0-9_/-]+)$")]


class ReplyConfig(Strict):
    """A text for the person who wrote; one whose macro is internal goes into the internal note."""

    macro: MacroName
    mode: ReplyMode | None = Field(
        default=None, description="`suggest`: in an internal note, ready to send. `live`: sent."
    )
    live_on: tuple[Name, ...] = Field(
        default=(), description="Channels where it is sent even though the mode says `suggest`."
    )


class ForwardConfig(Strict):
    """Hands the ticket to somebody else: a person, a group of agents, or both."""

    to: Text | None = Field(default=None, description="An e-mail address.")
    group: Text | None = Field(default=None, description="A Zendesk group.")
    macro: MacroName | None = Field(default=None, description="The covering note; without it the plain text is sent.")

    @model_validator(mode="after")
    def _goes_somewhere(self) -> ForwardConfig:
        if self.to is None and self.group is None:
            raise ValueError("give `to`, `group` or both")
        return self


class IssueConfig(Strict):
    """Whether a ticket leads to an issue, and what it looks like."""

    tracker: Name
    labels: tuple[Text, ...] = ()
    template: MacroName = Field(description="One of `templates:` in macros.yaml.")
    open_when: OpenWhen = Field(
        default="always",
        description="`always`, `never` (only look for one), or `tagged:TAG` (wait until a person sets the tag).",
    )
    confidential: Literal["auto", "always", "never"] = Field(
        default="auto", description="`auto`: public only if the text was public where it was posted."
    )
    link_at: Share | Literal["never"] = Field(
        default=0.7, description="Similarity from which an existing issue is linked."
    )
    suggest_at: Share = Field(
        default=0.5, description="Similarity from which a candidate is shown, and a person decides."
    )
    thumbs_up: Flag = Field(default=True, description="Put a thumbs-up on an existing issue that is linked.")
    comment_on_linked: Flag = Field(
        default=True, description="Add a note (`another report`) to an existing issue that is linked."
    )


class IncidentAnswerConfig(Strict):
    """What to do when an incident was found, or none."""

    macro: MacroName
    status: Status | None = None
    tags: tuple[Tag, ...] = ()


class IncidentsConfig(Strict):
    """Where to look for what is wrong at the moment."""

    trackers: tuple[Name, ...]
    labels: tuple[Text, ...] = Field(
        default=(), description="Only issues that carry one of these labels; empty: any open issue."
    )
    sentry: Flag = Field(default=False, description="Look at unresolved errors in Sentry too.")
    hours: Annotated[int, Field(ge=1, le=168, strict=True)] = Field(
        default=24, description="How far back an incident may have begun."
    )
    found: IncidentAnswerConfig
    none: IncidentAnswerConfig


class SpamConfig(Strict):
    """When a ticket is marked as spam. Zendesk suspends the sender with it, so only when it is certain."""

    mark_at: Annotated[float, Field(ge=0.9, le=1, strict=True)] | Literal["rule", "never"] = Field(
        default="rule",
        description="`rule`: only for a route of high confidence; a number: also for the model from there on.",
    )
    else_tag: Tag = "maybe_spam"


class CapsConfig(Strict):
    """At most so many actions of a kind in an hour; beyond, it stops and leaves them to a person. Empty: no limit."""

    reply: PerHour | None = None
    issue: PerHour | None = None
    spam: PerHour | None = None
    forward: PerHour | None = None
    status: PerHour | None = None


class ThresholdsConfig(Strict):
    """From which probability of the learned model on a verdict counts as sure."""

    high: Share = 0.9
    medium: Share = 0.6


class ArchetypeConfig(Strict):
    """A kind of interaction, and what follows from it."""

    description: Text
    mode: Mode | None = Field(default=None, description="Instead of `defaults.mode`.")
    tags: tuple[Tag, ...] = ()
    status: Status | None = Field(default=None, description="Empty: the status stays.")
    group: Text | None = Field(default=None, description="A Zendesk group.")
    assignee: Text | None = Field(default=None, description="An agent's e-mail address.")
    reply: ReplyConfig | None = None
    never_reply: Flag = Field(default=False, description="No reply, not even a suggested one.")
    forward: ForwardConfig | None = None
    issue: IssueConfig | None = None
    incidents: IncidentsConfig | None = None
    spam: SpamConfig | None = None
    note: str = Field(default="", description="A sentence for the internal note: what a person should do now.")
    solve_parent: Flag = Field(default=False, description="Solve the ticket of the comment that this one answers too.")
    caps: CapsConfig | None = Field(default=None, description="Instead of `defaults.caps`, kind by kind.")
    thresholds: ThresholdsConfig | None = Field(default=None, description="Instead of `defaults.thresholds`.")
    by_rule_only: Flag = Field(
        default=False, description="The learned model may propose it to a person, never decide it."
    )

    @model_validator(mode="after")
    def _keeps_silent(self) -> ArchetypeConfig:
        if self.never_reply and (self.reply or self.incidents):
            raise ValueError("says `never_reply`, and has a reply")
        return self


class DefaultsConfig(Strict):
    """What holds where an archetype or a route says nothing."""

    mode: Mode = "suggest"
    reply: ReplyMode = "suggest"
    caps: CapsConfig = CapsConfig()
    thresholds: ThresholdsConfig = ThresholdsConfig()
