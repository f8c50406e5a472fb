"""The parts of routing.yaml that refer to no condition: team, channels, trackers, limits, closing, chat."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from app.rules.schema.strict import Flag, Many, Name, Strict, Tag, Text

Mode = Literal["live", "suggest", "shadow"]
ReplyMode = Literal["live", "suggest"]
Status = Literal["open", "pending", "hold", "solved"]
Confidence = Literal["high", "medium"]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
MacroName = Annotated[str, StringConstraints(pattern=r"^[^:]+(::[^:]+)+$")]


class BotsConfig(Strict):
    """Accounts that are not people. What they write starts no work, unless listed here."""

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


class RecogniseConfig(Strict):
    """All keys given must fit. Compared in lower case; `*` at either end of an address stands for anything."""

    via: Many = Field(default=(), description="Zendesk's `via.channel`, in either of its spellings.")
    rel: Many = Field(default=(), description="Zendesk's `via.source.rel`.")
    tags: Many = Field(default=(), description="One of these is on the ticket.")
    addresses: Many = Field(default=(), description="One of these is in `via.source.from` or `.to`.")


def _one_or_more(given: object) -> object:
    return (given,) if isinstance(given, dict) else given


class ChannelConfig(Strict):
    """Where people write. The first channel in the file that recognises a ticket is its channel."""

    title: Text = Field(description="As advocates call it.")
    recognise: Annotated[
        tuple[RecogniseConfig, ...],
        BeforeValidator(_one_or_more, json_schema_input_type=RecogniseConfig | list[RecogniseConfig]),
    ] = Field(
        default=(), description="One of these fits; empty: only when the source names the channel (mentions, examples)."
    )
    public: Flag = Field(description="Can a stranger read it where it was written?")
    reply: Literal["zendesk", "elsewhere"] = Field(description="`elsewhere`: Zendesk cannot deliver an answer there.")
    where: Text | None = Field(default=None, description="RE2 pattern for the link to the post, in subject or body.")
    one_thread_per: Literal["post", "ticket"] = Field(
        default="ticket", description="`post`: tickets of one post belong together."
    )
    tags: tuple[Tag, ...] = ()


class TrackerConfig(Strict):
    """A GitLab project."""

    project: Annotated[str, StringConstraints(pattern=r"^[\w.-]+(/[\w.-]+)+$")]
    labels: tuple[Text, ...] = Field(default=(), description="On every issue opened there.")


class LanguagesConfig(Strict):
    """What the language step does."""

    answered: tuple[Text, ...] = Field(
        default=("en",), description="ISO 639-1 codes of the languages the team answers."
    )
    archetype: Name = Field(default="non_english", description="For everything else.")
    tag: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_/-]*\$\{language\}[a-z0-9_/-]*$")] = (
        "language__${language}"
    )


class LimitsConfig(Strict):
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


class OnClosingConfig(Strict):
    """What closing an issue in one way does to its tickets."""

    follow: Flag = Field(
        default=False, description="Link the tickets to the issue that takes its place, and do nothing else."
    )
    status: Status | None = None
    only_from: tuple[Literal["open", "pending", "hold", "solved"], ...] = ("pending", "hold", "solved")
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


class SpikeConfig(Strict):
    """When tickets of an archetype are so many at once that the team should hear of it."""

    archetype: Name
    at_least: Annotated[int, Field(ge=2, strict=True)] = Field(default=10, description="So many tickets ...")
    minutes: Annotated[int, Field(ge=1, le=120, strict=True)] = Field(default=10, description="... in so many minutes.")
    quiet_minutes: Annotated[int, Field(ge=1, le=1440, strict=True)] = Field(
        default=60, description="The wave is over when it was calm for so long: the next one is said again."
    )

    @model_validator(mode="after")
    def _calm_is_longer(self) -> SpikeConfig:
        if self.quiet_minutes < self.minutes:
            raise ValueError("`quiet_minutes` must not be less than `minutes`")
        return self


class BacklogConfig(Strict):
    """When so many tickets wait for a person that the team should hear of it."""

    at_least: Annotated[int, Field(ge=1, strict=True)] = 25
    hours: Annotated[int, Field(ge=1, le=168, strict=True)] = Field(
        default=24, description="Of the tickets decided in so many hours."
    )
    quiet_hours: Annotated[int, Field(ge=1, le=168, strict=True)] = Field(
        default=12, description="Said again after so many hours, if it stays."
    )


class ChatConfig(Strict):
    """What is said in the team's chat (CHAT_WEBHOOK_URL). Never anything that people wrote."""

    waves: tuple[SpikeConfig, ...] = ()
    needs_triage: BacklogConfig | None = None
    failures: Flag = Field(default=False, description="New failures, at most once an hour.")
    silence_hours: Annotated[int, Field(ge=1, le=168, strict=True)] | None = Field(
        default=None, description="When a source has sent nothing for so long, or its hook is switched off."
    )


class FieldsConfig(Strict):
    """Zendesk ticket fields that the service fills, by id."""

    issue: Annotated[int, Field(ge=1, strict=True)] | None = Field(
        default=None, description="A text field for the linked issue's address; a confidential one is left out."
    )


# A day is the longest that anything is waited for, and a month the longest that a sender repeats itself.
Days = Annotated[int, Field(ge=2, le=3650, strict=True)]
Long = Annotated[int, Field(ge=30, le=3650, strict=True)]


class RetentionConfig(Strict):
    """For how many days what is done with is kept. Work that has not ended and open failures stay in any case."""

    finished_work_days: Days = Field(
        default=30, description="Work that ended: it is the memory by which a repeated delivery is known."
    )
    clock_rounds_days: Annotated[int, Field(ge=1, le=3650, strict=True)] = Field(
        default=2, description="Work of the clock (comparing, syncing), of which there is much and nobody asks for it."
    )
    texts_days: Long = Field(
        default=180,
        description="Texts of tickets and the traces of their decisions; archetype, tags, actions and links stay.",
    )
    corrections_days: Long = Field(
        default=730, description="Texts of tickets that a person corrected: what a new model learns from."
    )
    failures_days: Long = Field(
        default=365, description="Failures that were tried again or ignored, and messages to the chat."
    )
