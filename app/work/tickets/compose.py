"""From a decision and what was found to the one update of the ticket, and what to say of each action. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from app.rules.loading import Rules
from app.rules.macros import MissingValue, Rendered, render
from app.rules.placeholders import REPLY_PLACEHOLDERS
from app.tags import LINK_ISSUE_TAG, LINKED_TAG, OPEN_ISSUE_TAG
from app.triage.actions import Action, Assign, Forward, Incident, Issue, Note, Reply, SolveParent, Spam, Status, Tags
from app.work.messages import Found, TicketDecision

State = Literal["done", "skipped", "failed", "waiting"]

# A reply that names the issue, where there is none: it comes with the issue, or not at all; the issue's own outcome
# says what is wrong.
_REPLY_WITHOUT_ISSUE: dict[str, State] = {
    "unreachable": "waiting",
    "waits": "waiting",
    "suggested": "waiting",
    "failed": "skipped",
    "none": "skipped",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one action, in words."""

    kind: str
    state: State
    detail: str


@dataclass(frozen=True, slots=True)
class Passage:
    """One part of the internal note. `quoted`: a text to send, or one that people wrote."""

    text: str
    heading: str = ""
    quoted: bool = False
    url: str = ""


@dataclass
class Draft:
    """Grows with each action; then it is one PUT."""

    add: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    status: str | None = None
    group: str = ""
    assignee: str = ""
    reply: str = ""
    """The public comment, if one is sent."""
    note: list[Passage] = field(default_factory=list)
    spam: bool = False
    fields: dict[str, str] = field(default_factory=dict)
    """Ticket fields by id."""
    outcomes: list[Outcome] = field(default_factory=list)

    def tags(self, present: Iterable[str]) -> list[str]:
        """The full list that the ticket will have: Zendesk replaces, so nothing of others may be left out."""
        kept = [tag for tag in present if tag not in self.remove]
        return list(dict.fromkeys([*kept, *self.add]))


def draft(decided: TicketDecision, found: Found, rules: Rules) -> Draft:
    """Carry out the plan on paper, in its order: what is looked up comes first, the note last."""
    made = Draft()
    for action in decided.plan.actions:
        outcome = _held(action) or _carry_out(action, made, decided, found, rules)
        made.outcomes.append(outcome)
    return made


def _held(action: Action) -> Outcome | None:
    return Outcome(action.kind, "skipped", action.held) if action.held else None


def _carry_out(action: Action, made: Draft, decided: TicketDecision, found: Found, rules: Rules) -> Outcome:  # noqa: C901, PLR0911  # one case for each kind: this is the registry
    match action:
        case Issue():
            return _issue(made, found, rules)
        case Incident():
            return _incident(action, made, decided, found, rules)
        case Spam():
            made.spam = True
            return Outcome("spam", "done", "marked as spam; Zendesk suspends the sender")
        case Tags():
            made.add += action.add
            made.remove += action.remove
            return Outcome("tags", "done", ", ".join([*action.add, *(f"without {tag}" for tag in action.remove)]))
        case Assign():
            made.group, made.assignee = action.group, action.assignee
            return Outcome("assign", "done", action.group or action.assignee)
        case Forward():
            return _forward(action, made, decided, found, rules)
        case Reply():
            return _reply(action.macro, made, decided, found, rules, sent=action.sent, where=action.where)
        case Status():
            made.status = action.status
            return Outcome("status", "done", action.status)
        case SolveParent():
            if decided.parent is None:
                return Outcome("solve_parent", "skipped", "no earlier ticket of this post is known")
            return Outcome("solve_parent", "done", f"ticket {decided.parent}")
        case Note():
            made.note = [*(Passage(sentence) for sentence in action.sentences), *made.note]
            if made.reply:
                return Outcome("note", "skipped", "the reply is the ticket's comment; the reasons are at the desk")
            return Outcome("note", "done", action.sentences[0])


def _issue(made: Draft, found: Found, rules: Rules) -> Outcome:
    issue = found.issue
    if issue and found.outcome in {"opened", "linked"}:
        made.add.append(LINKED_TAG)
        if rules.routing.fields.issue and not issue.confidential:
            made.fields[str(rules.routing.fields.issue)] = issue.url
        verb = "Opened" if found.outcome == "opened" else "Linked"
        secret = " (confidential)" if issue.confidential else ""
        name = f"{issue.project}#{issue.iid}{secret}{_closed(issue.state)}"
        made.note.append(Passage(f"{verb} {name} {issue.title}".rstrip(), url=issue.url))
        return Outcome("issue", "done", f"{found.outcome} {issue.project}#{issue.iid}")
    if found.outcome == "suggested":
        made.note.append(
            Passage(f"It may be known. Add the tag {OPEN_ISSUE_TAG} for a new issue, or the one of an issue below:")
        )
        made.note += [
            Passage(f"{LINK_ISSUE_TAG}{one.iid}: {one.title}{_closed(one.state)} ({one.score:.0%} alike)", url=one.url)
            for one in found.candidates
        ]
        return Outcome("issue", "waiting", f"{len(found.candidates)} candidates; a person decides")
    if found.outcome == "waits":
        made.note.append(Passage(f"The issue {found.detail}."))
        return Outcome("issue", "waiting", found.detail)
    if found.outcome == "unreachable":
        made.note.append(Passage("GitLab does not answer; the link to the issue follows."))
        return Outcome("issue", "waiting", f"{found.detail}; the link follows")
    if found.outcome == "failed":
        made.note.append(Passage(f"No issue could be linked or opened: {found.detail}."))
        return Outcome("issue", "failed", found.detail)
    return Outcome("issue", "skipped", found.detail or "no issue")


def _closed(state: str) -> str:
    return " (closed)" if state == "closed" else ""


def _incident(action: Incident, made: Draft, decided: TicketDecision, found: Found, rules: Rules) -> Outcome:
    issue = found.issue
    if found.outcome == "unreachable":
        made.note.append(Passage("GitLab does not answer; incidents are looked up as soon as it does."))
        return Outcome("incident", "waiting", found.detail)
    if found.outcome == "failed":
        made.note.append(Passage(f"Incidents could not be looked up: {found.detail}."))
        return Outcome("incident", "failed", found.detail)
    follows = action.incidents.found if issue else action.incidents.none
    made.add += follows.tags
    made.status = follows.status or made.status
    if issue:
        made.add.append(LINKED_TAG)
        made.note.append(Passage(f"Explained by {issue.project}#{issue.iid} {issue.title}".rstrip(), url=issue.url))
    made.note += [Passage(hint.text, url=hint.url) for hint in found.hints]
    reply = _reply(follows.macro, made, decided, found, rules, sent=False, where="")
    looked = f"linked {issue.project}#{issue.iid}" if issue else found.detail or "no open incident"
    return Outcome("incident", "failed" if reply.state == "failed" else "done", f"{looked}; {reply.detail}")


def _forward(action: Forward, made: Draft, decided: TicketDecision, found: Found, rules: Rules) -> Outcome:
    to = action.to or action.group
    made.group = action.group or made.group
    if action.macro:
        rendered = _render(action.macro, decided, found, rules)
        if isinstance(rendered, str):
            return Outcome("forward", "failed", rendered)
        made.add += rendered.tags
        made.note.append(Passage(rendered.text, heading=f"Forward to {to} with this text:", quoted=True))
    else:
        made.note.append(Passage(f"Forward this ticket to {to}."))
    return Outcome("forward", "done", f"to {to}")


def _reply(
    macro: str, made: Draft, decided: TicketDecision, found: Found, rules: Rules, *, sent: bool, where: str
) -> Outcome:
    rendered = _render(macro, decided, found, rules)
    if isinstance(rendered, str) and found.issue and found.issue.confidential:
        return Outcome("reply", "skipped", "the issue is confidential, and this reply would name it")
    if isinstance(rendered, str):
        return Outcome("reply", _REPLY_WITHOUT_ISSUE.get(found.outcome, "failed"), rendered)
    if sent and rendered.visibility == "public":
        made.reply = rendered.text
        made.add += rendered.tags
        made.status = rendered.status or made.status
        return Outcome("reply", "done", f"sent {macro}")
    heading = f"Suggested answer, to be written at {where}:" if where else "Suggested answer:"
    made.note.append(Passage(rendered.text, heading=heading, quoted=True))
    return Outcome("reply", "done", f"suggested {macro}")


def _render(macro: str, decided: TicketDecision, found: Found, rules: Rules) -> Rendered | str:
    try:
        return render(rules.macros, macro, decided.channel, _values(decided, found, rules))
    except MissingValue as error:
        return str(error)


def _values(decided: TicketDecision, found: Found, rules: Rules) -> dict[str, str]:
    """What the placeholders stand for. A confidential issue has no address in a text for the public."""
    channel = rules.routing.channels.get(decided.channel)
    title = channel.title if channel else decided.channel
    issue = found.issue if found.issue and not found.issue.confidential else None
    address, name = (issue.url, issue.title) if issue else ("", "")
    values = {
        "answer": decided.answer,
        "name": decided.ticket.requester_name.split(" ")[0],
        "ticket_url": decided.ticket.url,
        "channel": title,
        "link": decided.where or title,
        "issue_url": address,
        "issue_title": name,
        "incident_url": address,
        "incident_title": name,
    }
    return {key: value for key, value in values.items() if key in REPLY_PLACEHOLDERS}
