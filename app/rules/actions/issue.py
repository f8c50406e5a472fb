"""Find the issue that a ticket reports, or open one."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints

from app.rules.actions.action import SKIPPED_UNSURE, Action, ChangeContext, PlanContext, Reference
from app.rules.actions.findings import IssueRef
from app.rules.actions.report_details import ASKED_FOR
from app.rules.actions.ticket_change import ActionOutcome, Section, TicketChange
from app.rules.channels import ChannelOf
from app.rules.placeholders import Needs
from app.rules.schema.base import MacroName, Share
from app.rules.schema.strict import Flag, Name, Strict, Text
from app.tags import LINK_ISSUE_TAG, LINKED_TAG, OPEN_ISSUE_TAG

OpenWhen = Annotated[str, StringConstraints(pattern=r"^(always|never|tagged:[a-z0-9_/-]+)$")]

FOLLOWS = "Pointsman adds the link later, by itself."
COMES_BACK = "The ticket comes back by itself when the issue is closed."


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
        default="auto",
        description="`auto`: public only if the text was public where it was posted. `never`: then too, and of private "
        "text none is opened, unless a person asks for it.",
    )
    link_at: Share | Literal["never"] = Field(
        default=0.7, description="Similarity from which an existing issue is linked."
    )
    suggest_at: Share = Field(
        default=0.5, description="Similarity from which a candidate is shown, and a person decides."
    )
    when_closed: Literal["suggest", "open", "link"] = Field(
        default="suggest",
        description="When the similar issue was closed, unless as not planned: `suggest` lets a person decide, `open` "
        "opens a new issue that names it, `link` links it.",
    )
    thumbs_up: Flag = Field(default=True, description="Put a thumbs-up on an existing issue that is linked.")
    comment_on_linked: Flag = Field(
        default=True, description="Add a note (`another report`) to an existing issue that is linked."
    )


class IssueKeys(Strict):
    issue: IssueConfig | None = None


class Issue(Action):
    keys: ClassVar = IssueKeys
    capped: ClassVar = True
    looks_up: ClassVar = True

    kind: Literal["issue"] = "issue"
    policy: IssueConfig
    confidential: bool
    command: str = ""
    """What a person asked for: `open` (a new one), `look` (wait no longer) or `link:<project>#<iid>`; empty: nobody."""

    @classmethod
    def plan(cls, keys: IssueKeys, context: PlanContext) -> Self | None:
        return cls.of(keys.issue, context.channel) if keys.issue else None

    @classmethod
    def of(cls, policy: IssueConfig, channel: ChannelOf, command: str = "") -> Self:
        """Public is only an issue of what anybody could read where it was written, whatever the rules say."""
        if policy.confidential == "never" and not channel.public:
            policy = policy.model_copy(update={"open_when": "never"})
        confidential = policy.confidential == "always" or not channel.public
        return cls(policy=policy, confidential=confidential, command=command)

    @classmethod
    def references(cls, keys: IssueKeys) -> Iterator[Reference]:
        if keys.issue:
            yield Reference("tracker", keys.issue.tracker, ("issue", "tracker"))
            yield Reference("template", keys.issue.template, ("issue", "template"))

    @classmethod
    def provides(cls, keys: IssueKeys) -> frozenset[Needs]:
        issue = keys.issue
        return frozenset({"issue"} if issue and (issue.open_when != "never" or issue.link_at != "never") else set())

    def details(self) -> tuple[str, ...]:
        return (self.policy.tracker, "confidential" if self.confidential else "public")

    def would(self) -> str:
        if self.policy.open_when == "never":
            return f"look for related issues in {self.policy.tracker}"
        kind = "a confidential one" if self.confidential else "one"
        tag = self.policy.open_when.removeprefix("tagged:")
        when = "" if self.policy.open_when == "always" else f" once it has the tag {tag}"
        return f"look for its issue in {self.policy.tracker}, else open {kind}{when}"

    def leave(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        if self.policy.open_when != "never":
            change.issue_may_follow = True
            if self.skip_reason != SKIPPED_UNSURE:
                change.say(Section.NEXT, f"If this is right, add {OPEN_ISSUE_TAG} to open its issue.")
            self._say_what_is_given(change, context)
        return super().leave(change, context)

    def carry_out(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        found = context.found
        if self.policy.open_when != "never":
            self._say_what_is_given(change, context)
        if found.issue and found.outcome in {"opened", "linked"}:
            return self._linked(found.issue, change, context)
        change.issue_may_follow = found.outcome != "none"
        if found.outcome == "suggested":
            return self._suggested(found.candidates, change)
        if found.outcome == "waits":
            tag = self.policy.open_when.removeprefix("tagged:")
            change.say(Section.NEXT, f"Add the tag {tag} when its issue may be opened.")
            return self.outcome("waiting", found.detail)
        if found.outcome == "unreachable":
            change.say(Section.ISSUE, f"{sentence(found.detail)} {FOLLOWS}".strip())
            return self.outcome("waiting", f"{found.detail}; the link follows")
        if found.outcome == "failed":
            change.say(Section.NEXT, f"Add {OPEN_ISSUE_TAG} to try again, or {LINK_ISSUE_TAG}N to link issue N.")
            change.say(Section.ISSUE, f"Pointsman could neither link nor open one: {found.detail}.")
            return self.outcome("failed", found.detail)
        if found.detail:
            change.say(Section.ISSUE, sentence(found.detail))
        if self.confidential and self.policy.confidential == "never":
            change.say(
                Section.ISSUE, f"None was opened: the text is private. {OPEN_ISSUE_TAG} opens a confidential one."
            )
        return self.outcome("skipped", found.detail or "no issue")

    def _linked(self, issue: IssueRef, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        how = context.found.outcome
        change.add.append(LINKED_TAG)
        if context.issue_field and not issue.confidential:
            change.fields[context.issue_field] = issue.url
        notes = ["opened now" if how == "opened" else f"{issue.score:.0%} similar" if issue.score < 1 else "linked"]
        notes += [_closed(issue)] if issue.closed_as else []
        notes += ["confidential"] if issue.confidential else []
        say_issue(change, issue, ", ".join(notes))
        if context.found.detail:
            change.say(Section.ISSUE, context.found.detail)
        if context.comes_back and issue.state != "closed":
            change.say(Section.LATER, COMES_BACK)
        return self.outcome("done", f"{how} {issue.name}")

    def _suggested(self, candidates: tuple[IssueRef, ...], change: TicketChange) -> ActionOutcome:
        choose = f"Add {LINK_ISSUE_TAG}N to link one of the issues below, or {OPEN_ISSUE_TAG} to create a new one."
        if self.policy.open_when == "never":
            choose = f"{LINK_ISSUE_TAG}N links one of them, {OPEN_ISSUE_TAG} creates a new one."
            change.say(Section.ISSUE, f"These are related. {choose}")
        else:
            change.say(Section.NEXT, choose)
            change.say(Section.ISSUE, "This may already be reported:")
        if any(one.closed_as not in {"", "not_planned"} for one in candidates):
            change.say(Section.NEXT, "One of them was closed. Find out whether it is back, or still there for them.")
        for one in candidates:
            closed = f", {_closed(one)}" if one.state == "closed" else ""
            change.offer(
                Section.ISSUE,
                f": {one.title} ({one.score:.0%} similar{closed})",
                name=f"{LINK_ISSUE_TAG}{one.iid}",
                url=one.url,
            )
        return self.outcome("waiting", f"{len(candidates)} candidates; a person decides")

    def _say_what_is_given(self, change: TicketChange, context: ChangeContext) -> None:
        given, missing = context.details.given(), [ASKED_FOR[one] for one in context.missing]
        if given:
            also = f" Missing: {', '.join(missing)}." if missing else ""
            change.say(Section.GIVEN, f"{', '.join(given)}.{also}")
        elif missing:
            change.say(Section.GIVEN, f"{', '.join(missing)}.", label="Missing")


def _closed(issue: IssueRef) -> str:
    how = {"done": " as done", "not_planned": " as not planned"}.get(issue.closed_as, "")
    return f"closed{how}{f' on {issue.closed_on}' if issue.closed_on else ''}"


def sentence(detail: str) -> str:
    """A detail as a sentence of the note."""
    return f"{detail[:1].upper()}{detail[1:].rstrip('.')}." if detail else ""


def say_issue(change: TicketChange, issue: IssueRef, how: str, *, label: str = "") -> None:
    """The line that names an issue: its state and title, where they are known, and how the ticket came to it."""
    state = {"opened": ", open", "closed": ", closed"}.get(issue.state, "") if issue.title else ""
    title = f': "{issue.title}"' if issue.title else ""
    change.say(
        Section.ISSUE,
        f"{state}{title} ({how})" if how else f"{state}{title}",
        name=issue.name,
        url=issue.url,
        label=label,
    )
