"""The parts of routing.yaml that refer to no condition: team, channels, trackers, limits, closing, chat."""

import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from app.rules.post_length import Counted, PostLimit
from app.rules.re2_patterns import Pattern, check_pattern, compiled
from app.rules.schema.strict import Flag, Host, Many, Name, OneOrMore, Strict, Tag, Text
from app.rules.shipped_lists import named, via_lists

_HOST: Final = re.compile(r"([a-z0-9-]+\.)+[a-z0-9-]+")
Mode = Literal["live", "suggest", "shadow"]
ReplyMode = Literal["live", "suggest"]
Status = Literal["open", "pending", "hold", "solved"]
Confidence = Literal["high", "medium"]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
Count = Annotated[int, Field(ge=1, strict=True)]
Hours = Annotated[int, Field(ge=1, le=168, strict=True)]
# Nothing is waited for longer than a day, and no sender repeats itself for longer than a month.
Days = Annotated[int, Field(ge=2, le=3650, strict=True)]
LongDays = Annotated[int, Field(ge=30, le=3650, strict=True)]
# The length stands apart: letters of all scripts, counted by the pattern itself, take a megabyte for each use.
Handle = Annotated[str, StringConstraints(pattern=r"^@\w+$", max_length=61)]
MacroName = Annotated[str, StringConstraints(pattern=r"^[^:]+(::[^:]+)+$")]


class BotsConfig(Strict):
    """Accounts that are not people. What they write starts no work."""

    emails: Many = Field(default=(), description="`*` at either end stands for anything.")
    handles: Many = ()
    may_start_work: Many = Field(
        default=(), description="E-mail addresses or handles of bots whose tickets are triaged."
    )


class TeamConfig(Strict):
    """Who is one of us."""

    domains: Many = ()
    emails: Many = ()
    handles: Many = ()
    roles: Many = Field(default=(), description="Zendesk roles.")
    organization: Text | None = None
    bots: BotsConfig = BotsConfig()


def _ways_in(given: tuple[str, ...]) -> tuple[str, ...]:
    """With each `$name` unfolded. Raises ValueError for one that is not there."""
    known = via_lists()
    if unknown := [one for one in given if (name := named(one)) and name not in known]:
        raise ValueError(f"there is no list {unknown[0]}; there are {', '.join(f'${name}' for name in known)}")
    return tuple(way for one in given for way in (known[named(one)].terms if named(one) else (one,)))


class RecogniseConfig(Strict):
    """All keys given must fit, in lower case. `*` at either end of an address stands for anything."""

    via: Annotated[Many, AfterValidator(_ways_in)] = Field(
        default=(),
        description="Zendesk's `via.channel`, in either of its spellings. `$name` is a list that comes with Pointsman "
        "(`pointsman lists`).",
    )
    rel: Many = Field(
        default=(),
        description="Zendesk's `via.source.rel`; `none`: it has none. A public channel is private for any value that "
        "is not named here.",
    )
    tags: Many = Field(default=(), description="One of these is on the ticket.")
    addresses: Many = Field(default=(), description="One of these is in `via.source.from` or `.to`.")


def _one_or_more(given: object) -> object:
    return (given,) if isinstance(given, dict) else given


def _names_the_speaker(pattern: str) -> str:
    if not {"name", "words"} <= set(compiled(pattern).groupindex):
        raise ValueError("needs the groups `(?P<name>...)` and `(?P<words>...)`")
    return pattern


def _link_pattern(place: str) -> str:
    """Of a host: of every address there. Raises ValueError."""
    return rf"https?://([\w-]+\.)*{re.escape(place)}/[^\s<>\"')]+" if _HOST.fullmatch(place) else check_pattern(place)


def _checked_place(place: str) -> str:
    _link_pattern(place)
    return place


def _default_reply(given: dict[str, Any]) -> Literal["zendesk", "elsewhere"]:
    return "elsewhere" if given.get("where") else "zendesk"


class ChannelConfig(Strict):
    """Where people write. The first channel in the file that recognises a ticket is its channel."""

    title: Text = Field(description="As advocates call it.")
    recognise: Annotated[
        tuple[RecogniseConfig, ...],
        BeforeValidator(_one_or_more, json_schema_input_type=RecogniseConfig | list[RecogniseConfig]),
    ] = Field(default=(), description="One of these must fit. Empty: the tag `NAME` or `channel__NAME`, of its name.")
    public: Flag = Field(
        default=False,
        description="Can a stranger read it where it was written? Of a channel of Zendesk's own, only what has no "
        "`rel`, or one that `recognise` names; of another, only what came by e-mail or API.",
    )
    where: Annotated[tuple[Annotated[Text, AfterValidator(_checked_place)], ...], OneOrMore] = Field(
        default=(),
        description="How the link to the post is found in body or subject: its host, or an RE2 pattern of the link.",
    )
    reply: Literal["zendesk", "elsewhere"] = Field(
        default_factory=_default_reply,
        description="`elsewhere`: Zendesk cannot deliver an answer there; the default where `where` is given, else "
        "`zendesk`.",
    )
    longest: Annotated[int, Field(ge=1, strict=True)] | None = Field(
        default=None, description="Most characters of an answer there; a longer text in macros.yaml is an error."
    )
    counted: Counted = Field(
        default="characters", description="`x`: as X counts, a link as 23, an emoji or a Chinese letter as 2."
    )
    answer_as: Handle | None = Field(
        default=None, description="The account that answers, whatever account was addressed."
    )
    answer_as_addressed: dict[Handle, tuple[Name, ...]] = Field(
        default_factory=dict, description="Accounts that answer if they were addressed, but only these archetypes."
    )
    short_links: Annotated[tuple[Host, ...], OneOrMore] | None = Field(
        default=None,
        description="Hosts whose links are looked up, so that rules see where they lead: `[t.co, bit.ly]`. Without it: "
        "all known ones in what strangers can read, none in private tickets. `[]`: none.",
    )
    one_thread_per: Literal["post", "ticket"] = Field(
        default="ticket", description="`post`: tickets of one post belong together."
    )
    subject: Literal["own", "post"] = Field(
        default="own",
        description="`post`: the subject is the title of the post that was commented on, so an issue takes its title "
        "from the text.",
    )
    read_comments: Flag = Field(
        default=False,
        description="A ticket whose text is only Zendesk's head of a conversation is judged by its requester's "
        "comments. One more request to Zendesk.",
    )
    transcript: Annotated[Pattern, AfterValidator(_names_the_speaker)] | None = Field(
        default=None,
        description="RE2 pattern of a whole line of a transcript that others' comments hold, with the groups `name` "
        "and `words`: lines under the requester's name count as theirs. Only with `read_comments`. Empty: transcripts "
        "are not read.",
    )
    tags: tuple[Tag, ...] = ()

    @property
    def link_patterns(self) -> tuple[str, ...]:
        return tuple(map(_link_pattern, self.where))

    @property
    def limit(self) -> PostLimit:
        return PostLimit(self.longest, self.counted)


class TrackerConfig(Strict):
    """A GitLab project."""

    project: Annotated[str, StringConstraints(pattern=r"^[\w.-]+(/[\w.-]+)+$")]
    labels: tuple[Text, ...] = Field(default=(), description="On every issue opened there.")


class LanguagesConfig(Strict):
    """Which languages the team answers, and what happens to tickets in others."""

    answered: tuple[Text, ...] = Field(
        default=("en",), description="ISO 639-1 codes of the languages the team answers."
    )
    archetype: Name = Field(default="non_english", description="For everything else.")
    tag: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_/-]*\$\{language\}[a-z0-9_/-]*$")] = (
        "language__${language}"
    )


class LimitsConfig(Strict):
    """How long the service waits, how often it tries, and how many calls it makes."""

    issue_wait: Annotated[float, Field(ge=0, le=300, strict=True)] = Field(
        default=20, description="Seconds that the tags wait for GitLab; after that the link follows in a second update."
    )
    issue_settle: Annotated[float, Field(ge=1, le=300, strict=True)] = Field(
        default=45,
        description="Seconds until a lost request to GitLab counts as not carried out. With fewer, an issue or note "
        "may be created twice.",
    )
    attempts: Annotated[int, Field(ge=1, le=20, strict=True)] = Field(
        default=8, description="How often one action is tried before a person is asked."
    )
    writes_per_ticket_hour: Count = Field(
        default=6,
        description="Most updates of one ticket in an hour, against loops. After them a person must release it.",
    )
    bulk_from: Annotated[int, Field(ge=2, strict=True)] = Field(
        default=10, description="Number of waiting ticket updates from which they are sent as one bulk job."
    )
    reserve: Annotated[float, Field(ge=0, le=0.9, strict=True)] = Field(
        default=0.2, description="The share of each service's limits that is left to people and other integrations."
    )
    zendesk_updates: Count = Field(
        default=100,
        description="Ticket updates a minute for the whole account, until Zendesk's answers name the limit.",
    )
    gitlab_issues: Count = Field(
        default=200, description="Issues created a minute in one project. GitLab's answers do not name this limit."
    )
    gitlab_notes: Count = Field(
        default=60, description="Notes created a minute. GitLab's answers do not name this limit."
    )
    note_characters: Annotated[int, Field(ge=500, le=60_000, strict=True)] = Field(
        default=6000, description="Most characters of an internal note."
    )


class OnClosingConfig(Strict):
    """What happens to an issue's tickets when it is closed in one way, or opened again."""

    follow: Flag = Field(
        default=False, description="Link the tickets to the issue that takes its place, and do nothing else."
    )
    status: Status | None = None
    only_from: tuple[Status, ...] = ("pending", "hold", "solved")
    tags: tuple[Tag, ...] = ()
    macro: MacroName | None = Field(default=None, description="The suggested reply.")
    note: str = ""


class ClosingConfig(Strict):
    """What happens to tickets when their issue is closed, by reason, or opened again."""

    done: OnClosingConfig
    not_planned: OnClosingConfig
    duplicate: OnClosingConfig
    moved: OnClosingConfig
    reopened: OnClosingConfig
    unexplained: OnClosingConfig = Field(
        default=OnClosingConfig(status="open", tags=("issue_closed",)),
        description="Closed, and nothing says that it is done.",
    )
    gone: OnClosingConfig = Field(
        default=OnClosingConfig(status="open"),
        description="Deleted, promoted to an epic, or moved to where the token may not read, and the ticket follows no "
        "other open issue.",
    )
    incident_over: OnClosingConfig = Field(
        default=OnClosingConfig(status="open", tags=("issue_closed",)),
        description="An incident that explained a complaint was closed, for whatever reason but a successor.",
    )
    not_planned_labels: tuple[Text, ...] = Field(
        default=(),
        description="A closed issue with one of these labels counts as not planned. In these three lists case, scope "
        "(`closed::`), blanks and dashes make no difference.",
    )
    done_labels: tuple[Text, ...] = Field(
        default=("done", "fixed", "released", "shipped", "implemented", "delivered", "resolved"),
        description="A closed issue with one of these labels counts as done; so does one that a merge request, a "
        "commit, a milestone or a comment of the team (`Fixed in 16.5`) closed.",
    )
    not_done_labels: tuple[Text, ...] = Field(
        default=(
            "stale",
            "auto-closed",
            "inactive",
            "inactivity",
            "rotten",
            "autoclose",
            "abandoned",
            "no response",
            "awaiting feedback",
            "needs info",
            "needs more info",
            "cannot reproduce",
            "can't reproduce",
            "not reproducible",
            "unable to reproduce",
            "waiting for reporter",
            "works as designed",
            "by design",
            "working as intended",
            "works for me",
            "invalid",
            "not a bug",
            "support request",
            "duplicate",
            "spam",
            "wontfix",
            "not planned",
        ),
        description="With one of these labels neither a milestone nor a comment makes a closed issue a done one.",
    )
    team_answer: MacroName | None = Field(
        default=None, description="The suggested reply for a comment on the issue that is marked `/tell-reporter`."
    )
    follow_up: Flag = Field(default=False, description="Open a follow-up for tickets that are closed for good.")
    labels: tuple[Text, ...] = Field(
        default=(), description="A note on the tickets when the issue gets one of these labels."
    )
    milestones: Flag = Field(default=False, description="A note on the tickets when the issue gets a milestone.")


class SpikeConfig(Strict):
    """How many tickets of an archetype at once are a spike that the chat is told."""

    archetype: Name
    at_least: Annotated[int, Field(ge=1, strict=True)] = Field(default=10, description="Tickets that make a spike.")
    minutes: Annotated[int, Field(ge=1, le=120, strict=True)] = Field(
        default=10, description="Minutes in which they arrive."
    )
    quiet_minutes: Annotated[int, Field(ge=1, le=1440, strict=True)] = Field(
        default=60, description="Calm minutes that end a spike. The chat is told of the next one."
    )

    @model_validator(mode="after")
    def _quiet_is_no_shorter(self) -> Self:
        if self.quiet_minutes < self.minutes:
            raise ValueError("`quiet_minutes` must not be less than `minutes`")
        return self


class BacklogConfig(Strict):
    """How many tickets waiting for a person are a backlog that the chat is told."""

    at_least: Count = 25
    hours: Hours = Field(default=24, description="Only tickets that were decided in these last hours count.")
    quiet_hours: Hours = Field(default=12, description="Hours until the chat is told again, if the backlog stays.")


class ExpertConfig(Strict):
    """Somebody, or a team, who is asked in the chat by the tag `ask_<name>`."""

    channel: Annotated[str, StringConstraints(pattern=r"^(#?[\w.-]+|[\w.-]+/[\w.-]+)$", max_length=129)] = Field(
        description="Slack: the channel's id, or #name. Mattermost: its id, or team/name."
    )
    title: Text = Field(default="", description="How people call them; without it the name.")


class ChatConfig(Strict):
    """What the team's chat is told. Only a question to an expert contains what people wrote."""

    experts: dict[Name, ExpertConfig] = Field(
        default={}, description="Whom advocates may ask, by the name that stands behind `ask_`."
    )

    spikes: tuple[SpikeConfig, ...] = ()
    needs_triage: BacklogConfig | None = None
    failures: Flag = Field(default=False, description="Tell of new failures, at most once an hour.")
    silence_hours: Hours | None = Field(
        default=None, description="Tell when a source was silent for these hours, or its webhook is switched off."
    )
    setup: Flag = Field(default=False, description="Tell when a check of `pointsman doctor` finds something.")


class FieldsConfig(Strict):
    """Zendesk ticket fields that the service fills, by id."""

    issue: Count | None = Field(
        default=None, description="A text field for the linked issue's address; a confidential one is left out."
    )


class RetentionConfig(Strict):
    """For how many days records are kept. Work that has not ended and open failures always stay."""

    finished_work_days: Days = Field(
        default=30, description="Work that ended. A repeated delivery is recognised by it."
    )
    clock_rounds_days: Annotated[int, Field(ge=1, le=3650, strict=True)] = Field(
        default=2, description="Scheduled work (reconciliation, syncing) that ended."
    )
    texts_days: LongDays = Field(
        default=180,
        description="Texts of tickets and the traces of their decisions; archetype, tags, actions and links stay.",
    )
    corrections_days: LongDays = Field(
        default=730, description="Texts of tickets that a person corrected. A new model learns from them."
    )
    failures_days: LongDays = Field(
        default=365, description="Failures that were retried or ignored, and messages to the chat."
    )
