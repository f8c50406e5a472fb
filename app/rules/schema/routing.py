"""What may stand in routing.yaml and macros.yaml. The JSON Schemas for editors come from these models, so each field
says what it is for; what cannot be said in a type (names that refer to each other) is checked in references.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, create_model, model_validator

from app.rules.conditions import KINDS
from app.rules.conditions.phrases import Phrase
from app.rules.macros import REPLY_PLACEHOLDERS, TEMPLATE_PLACEHOLDERS, meanings
from app.rules.schema.retention import Retention
from app.rules.schema.strict import Flag, Many, Name, Strict, Tag, Text

Mode = Literal["live", "suggest", "shadow"]
ReplyMode = Literal["live", "suggest"]
Status = Literal["open", "pending", "hold", "solved"]
Confidence = Literal["high", "medium"]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
PerHour = Annotated[int, Field(ge=0, strict=True)]
MacroName = Annotated[str, StringConstraints(pattern=r"^[^:]+(::[^:]+)+$")]
OpenWhen = Annotated[str, StringConstraints(pattern=r"^(always|never|tagged:[a-z0-9_/-]+)$")]


class Nesting(Strict):
    """Conditions side by side must all hold; `all`, `any` and `none` nest them."""

    all: tuple[Conditions, ...] = Field(default=(), description="Every one of these must hold.")
    any: tuple[Conditions, ...] = Field(default=(), description="At least one of these must hold.")
    none: tuple[Conditions, ...] = Field(default=(), description="Not one of these may hold.")
    where: Literal["subject", "body", "both"] = Field(
        default="both", alias="in", description="Where the phrases and patterns beside it are looked for."
    )


if TYPE_CHECKING:

    class Conditions(Nesting):
        """All condition kinds of the registry, each an optional key; these are also looked at by name."""

        phrases: tuple[str, ...] | None = None
        patterns: tuple[str, ...] | None = None
        channel: tuple[str, ...] | None = None

else:
    Conditions = create_model(
        "Conditions",
        __base__=Nesting,
        __module__=__name__,
        __doc__=Nesting.__doc__,
        **{kind.key: (kind.type | None, Field(None, description=kind.description)) for kind in KINDS},
    )
    Nesting.model_rebuild()
    Conditions.model_rebuild()


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


class Reply(Strict):
    """A text for the person who wrote; one whose macro is internal goes into the internal note."""

    macro: MacroName
    mode: ReplyMode | None = Field(
        default=None, description="`suggest`: in an internal note, ready to send. `live`: sent."
    )
    live_on: tuple[Name, ...] = Field(
        default=(), description="Channels where it is sent even though the mode says `suggest`."
    )


class Forward(Strict):
    """Hands the ticket to somebody else: a person, a group of agents, or both."""

    to: Text | None = Field(default=None, description="An e-mail address.")
    group: Text | None = Field(default=None, description="A Zendesk group.")
    macro: MacroName | None = Field(default=None, description="The covering note; without it the plain text is sent.")

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Forward:
        if self.to is None and self.group is None:
            raise ValueError("give `to`, `group` or both")
        return self


class IssuePolicy(Strict):
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


class Found(Strict):
    """What to do when an incident was found, or none."""

    macro: MacroName
    status: Status | None = None
    tags: tuple[Tag, ...] = ()


class Incidents(Strict):
    """Where to look for what is wrong at the moment."""

    trackers: tuple[Name, ...]
    labels: tuple[Text, ...] = Field(
        default=(), description="Only issues that carry one of these labels; empty: any open issue."
    )
    sentry: Flag = Field(default=False, description="Look at unresolved errors in Sentry too.")
    hours: Annotated[int, Field(ge=1, le=168, strict=True)] = Field(
        default=24, description="How far back an incident may have begun."
    )
    found: Found
    none: Found


class Spam(Strict):
    """When a ticket is marked as spam. Zendesk suspends the sender with it, so only when it is certain."""

    mark_at: Annotated[float, Field(ge=0.9, le=1, strict=True)] | Literal["rule", "never"] = Field(
        default="rule",
        description="`rule`: only for a route of high confidence; a number: also for the model from there on.",
    )
    else_tag: Tag = "maybe_spam"


class Caps(Strict):
    """At most so many actions of a kind in an hour; beyond, it stops and leaves them to a person. Empty: no limit."""

    reply: PerHour | None = None
    issue: PerHour | None = None
    spam: PerHour | None = None
    forward: PerHour | None = None
    status: PerHour | None = None


class Thresholds(Strict):
    """From which probability of the learned model on a verdict counts as sure."""

    high: Share = 0.9
    medium: Share = 0.6


class Archetype(Strict):
    """A kind of interaction, and what follows from it."""

    description: Text
    mode: Mode | None = Field(default=None, description="Instead of `defaults.mode`.")
    tags: tuple[Tag, ...] = ()
    status: Status | None = Field(default=None, description="Empty: the status stays.")
    group: Text | None = Field(default=None, description="A Zendesk group.")
    assignee: Text | None = Field(default=None, description="An agent's e-mail address.")
    reply: Reply | None = None
    never_reply: Flag = Field(default=False, description="No reply, not even a suggested one.")
    forward: Forward | None = None
    issue: IssuePolicy | None = None
    incidents: Incidents | None = None
    spam: Spam | None = None
    note: str = Field(default="", description="A sentence for the internal note: what a person should do now.")
    solve_parent: Flag = Field(default=False, description="Solve the ticket of the comment that this one answers too.")
    caps: Caps | None = Field(default=None, description="Instead of `defaults.caps`, kind by kind.")
    thresholds: Thresholds | None = Field(default=None, description="Instead of `defaults.thresholds`.")
    by_rule_only: Flag = Field(
        default=False, description="The learned model may propose it to a person, never decide it."
    )

    @model_validator(mode="after")
    def _keeps_silent(self) -> Archetype:
        if self.never_reply and (self.reply or self.incidents):
            raise ValueError("says `never_reply`, and has a reply")
        return self


class Recognise(Strict):
    """All keys given must fit. Compared in lower case; `*` at either end of an address stands for anything."""

    via: Many = Field(default=(), description="Zendesk's `via.channel`, in either of its spellings.")
    rel: Many = Field(default=(), description="Zendesk's `via.source.rel`.")
    tags: Many = Field(default=(), description="One of these is on the ticket.")
    addresses: Many = Field(default=(), description="One of these is in `via.source.from` or `.to`.")


def _one_or_more(given: object) -> object:
    return (given,) if isinstance(given, dict) else given


class Channel(Strict):
    """Where people write. The first channel in the file that recognises a ticket is its channel."""

    title: Text = Field(description="As advocates call it.")
    recognise: Annotated[
        tuple[Recognise, ...], BeforeValidator(_one_or_more, json_schema_input_type=Recognise | list[Recognise])
    ] = Field(
        default=(), description="One of these fits; empty: only when the source names the channel (mentions, examples)."
    )
    public: Flag = Field(description="Can a stranger read it where it was written?")
    reply: Literal["zendesk", "elsewhere"] = Field(description="`elsewhere`: Zendesk cannot deliver an answer there.")
    where: Text | None = Field(default=None, description="RE2 pattern for the link to the post, in subject or body.")
    one_thread_per: Literal["post", "ticket"] = Field(
        default="ticket", description="`post`: tickets of one post belong together."
    )
    short_links: tuple[Text, ...] = Field(
        default=(), description="Hosts of short links that are resolved for the trace."
    )
    tags: tuple[Tag, ...] = ()


class Tracker(Strict):
    """A GitLab project."""

    project: Annotated[str, StringConstraints(pattern=r"^[\w.-]+(/[\w.-]+)+$")]
    labels: tuple[Text, ...] = Field(default=(), description="On every issue opened there.")


class Bots(Strict):
    """Accounts that are not people. What they write starts no work, unless listed here."""

    emails: Many = Field(default=(), description="`*` at either end stands for anything.")
    handles: Many = ()
    may_start_work: Many = Field(
        default=(), description="E-mail addresses or handles of bots whose tickets are triaged."
    )


class Team(Strict):
    """Who is one of us."""

    domains: Many = ()
    emails: Many = ()
    handles: Many = ()
    roles: Many = Field(default=(), description="Zendesk roles.")
    organization: Text | None = None
    bots: Bots = Bots()


class Languages(Strict):
    """What the language step does."""

    answered: tuple[Text, ...] = Field(
        default=("en",), description="ISO 639-1 codes of the languages the team answers."
    )
    archetype: Name = Field(default="non_english", description="For everything else.")
    tag: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_/-]*\$\{language\}[a-z0-9_/-]*$")] = (
        "language__${language}"
    )


class Limits(Strict):
    """How patient and how busy the service may be."""

    issue_wait: Annotated[float, Field(ge=0, le=300, strict=True)] = Field(
        default=20, description="Seconds that tags wait for GitLab; past that the link follows in a second write."
    )
    issue_settle: Annotated[float, Field(ge=1, le=300, strict=True)] = Field(
        default=45,
        description="Seconds until a lost request to GitLab counts as not carried out; sooner, a second issue or note "
        "could be made.",
    )
    attempts: Annotated[int, Field(ge=1, le=20, strict=True)] = Field(
        default=8, description="Tries of one action before a person is asked."
    )
    writes_per_ticket_hour: Annotated[int, Field(ge=1, strict=True)] = Field(
        default=6, description="Against loops: past so many writes to a ticket in an hour, a person has to release it."
    )
    bulk_from: Annotated[int, Field(ge=2, strict=True)] = Field(
        default=10, description="From so many tickets on, news of an issue and updates that wait go as a bulk job."
    )
    reserve: Annotated[float, Field(ge=0, le=0.9, strict=True)] = Field(
        default=0.2, description="The share of each service's limits that is left to people and other integrations."
    )
    zendesk_updates: Annotated[int, Field(ge=1, strict=True)] = Field(
        default=100, description="Updates of tickets a minute, for the whole account; until Zendesk's answers say it."
    )
    gitlab_issues: Annotated[int, Field(ge=1, strict=True)] = Field(
        default=200, description="Issues created a minute in one project, as GitLab allows: no answer says it."
    )
    gitlab_notes: Annotated[int, Field(ge=1, strict=True)] = Field(
        default=60, description="Notes created a minute, as GitLab allows: no answer says it."
    )
    note_characters: Annotated[int, Field(ge=500, le=60_000, strict=True)] = Field(
        default=6000, description="Longest internal note."
    )


class OnClosing(Strict):
    """What closing an issue in one way does to its tickets."""

    follow: Flag = Field(
        default=False, description="Link the tickets to the issue that takes its place, and do nothing else."
    )
    status: Status | None = None
    only_from: tuple[Literal["open", "pending", "hold", "solved"], ...] = ("pending", "hold", "solved")
    tags: tuple[Tag, ...] = ()
    macro: MacroName | None = Field(default=None, description="The suggested reply.")
    note: str = ""


class Closing(Strict):
    """What happens to tickets when their issue is closed, by reason, or opened again."""

    done: OnClosing
    not_planned: OnClosing
    duplicate: OnClosing
    moved: OnClosing
    reopened: OnClosing
    not_planned_labels: tuple[Text, ...] = Field(
        default=(), description="An issue that is closed with one of these labels will not be done; else it is done."
    )
    team_answer: MacroName | None = Field(
        default=None, description="The suggested reply for a comment on the issue that is marked `/tell-reporter`."
    )
    follow_up: Flag = Field(default=False, description="Open a follow-up for tickets that are closed for good.")
    labels: tuple[Text, ...] = Field(
        default=(), description="A note on the tickets when the issue gets one of these labels."
    )
    milestones: Flag = Field(default=False, description="A note on the tickets when the issue gets a milestone.")


class Wave(Strict):
    """When tickets of an archetype are so many at once that the team should hear of it."""

    archetype: Name
    at_least: Annotated[int, Field(ge=2, strict=True)] = Field(default=10, description="So many tickets ...")
    minutes: Annotated[int, Field(ge=1, le=120, strict=True)] = Field(default=10, description="... in so many minutes.")
    quiet_minutes: Annotated[int, Field(ge=1, le=1440, strict=True)] = Field(
        default=60, description="The wave is over when it was calm for so long: the next one is said again."
    )

    @model_validator(mode="after")
    def _calm_is_longer(self) -> Wave:
        if self.quiet_minutes < self.minutes:
            raise ValueError("`quiet_minutes` must not be less than `minutes`")
        return self


class Backlog(Strict):
    """When so many tickets wait for a person that the team should hear of it."""

    at_least: Annotated[int, Field(ge=1, strict=True)] = 25
    hours: Annotated[int, Field(ge=1, le=168, strict=True)] = Field(
        default=24, description="Of the tickets decided in so many hours."
    )
    quiet_hours: Annotated[int, Field(ge=1, le=168, strict=True)] = Field(
        default=12, description="Said again after so many hours, if it stays."
    )


class Chat(Strict):
    """What is said in the team's chat (CHAT_WEBHOOK_URL). Never anything that people wrote."""

    waves: tuple[Wave, ...] = ()
    needs_triage: Backlog | None = None
    failures: Flag = Field(default=False, description="New failures, at most once an hour.")
    silence_hours: Annotated[int, Field(ge=1, le=168, strict=True)] | None = Field(
        default=None, description="When a source has sent nothing for so long, or its hook is switched off."
    )


class Defaults(Strict):
    """What holds where an archetype or a route says nothing."""

    mode: Mode = "suggest"
    reply: ReplyMode = "suggest"
    caps: Caps = Caps()
    thresholds: Thresholds = Thresholds()


class Fields(Strict):
    """Zendesk ticket fields that the service fills, by id."""

    issue: Annotated[int, Field(ge=1, strict=True)] | None = Field(
        default=None, description="A text field for the linked issue's address; a confidential one is left out."
    )


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


class Macro(Strict):
    """A text for people. `${name}` is replaced by a declared placeholder's value, `$$` is a dollar sign."""

    description: str = ""
    text: dict[Name, Text] = Field(description="By channel; `default` for every other one.")
    placeholders: tuple[Name, ...] = Field(default=(), description=meanings(REPLY_PLACEHOLDERS))
    tags: tuple[Tag, ...] = ()
    status: Status | None = None
    visibility: Literal["public", "internal"] = "public"


class Template(Strict):
    """The description of an issue. A line whose placeholders are all empty is left out, and so is a bare heading."""

    description: str = ""
    text: Text
    placeholders: tuple[Name, ...] = Field(default=(), description=meanings(TEMPLATE_PLACEHOLDERS))


class Macros(Strict):
    """macros.yaml."""

    version: Literal[1]
    macros: dict[MacroName, Macro]
    templates: dict[MacroName, Template] = Field(default_factory=dict)
