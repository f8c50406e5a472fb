"""What Zendesk refuses of an update is taken out, so that the rest is written; the note says what is left to do."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace

from app.rules.actions.ticket_change import ActionOutcome, NoteLine, Section, TicketChange
from integrations.errors import Invalid, NotFound, Refused

_LONGEST = 300
_NAMES = {
    "status": "status",
    "custom_status": "status",
    "custom_status_id": "status",
    "priority": "priority",
    "assignee": "assignment",
    "assignee_id": "assignment",
    "group": "assignment",
    "group_id": "assignment",
    "custom_fields": "fields",
    "fields": "fields",
    "comment": "comment",
    "comments": "comment",
    "body": "comment",
    "html_body": "comment",
}
"""What Zendesk calls the parts of an update that can be left out."""
_KINDS = {
    "status": ("status",),
    "priority": ("priority",),
    "assignment": ("assign", "forward"),
    "fields": ("field",),
    "comment": ("note", "reply"),
}
"""The actions that are not done without a part."""


class Refusals:
    """What is left of an update, refusal after refusal: a few at most, since each leaves out something else.

    What Zendesk names goes for good. Where it names nothing that can go, each part is left out in turn, and comes back
    if that was not it; at last all of them go together.
    """

    def __init__(self, change: TicketChange) -> None:
        self._change = change
        self._untried: list[tuple[str, ...]] | None = None

    def next(self, error: Invalid) -> TicketChange | None:
        """What to send instead; None: nothing else can be left out."""
        parts = _parts(self._change)
        named = {_NAMES.get(name) or _field(name, self._change) for name in error.fields}
        if part := next((one for one in parts if one in named), None):
            self._change = _without(self._change, (part,), error)
            self._untried = None
            return self._change
        if self._untried is None:
            words = said(error).lower()
            spoken_of = {part for name, part in _NAMES.items() if name in words}
            order = sorted(parts, key=lambda part: part not in spoken_of)
            self._untried = [(part,) for part in order] + [tuple(parts)] * (len(parts) > 1)
        return _without(self._change, self._untried.pop(0), error) if self._untried else None


def _parts(change: TicketChange) -> dict[str, str]:
    """Those that can be left out, and what is left to a person then: first those that Zendesk's rules mostly mean."""
    wanted = {
        "status": f"Set the status to {change.status}" if change.status else "",
        "priority": f"Set the priority to {change.priority}" if change.priority else "",
        "assignment": f"Assign this to {' / '.join(filter(None, (change.group, change.assignee)))}"
        if change.group or change.assignee
        else "",
        "fields": "Fill in the field for the issue" if change.fields else "",
        "comment": "Answer" if change.reply or change.title else "",
    }
    return {part: sentence for part, sentence in wanted.items() if sentence}


def _without(change: TicketChange, parts: Iterable[str], error: Invalid) -> TicketChange:
    """A copy that says what was refused. Of a comment only the decision can."""
    left, wanted = deepcopy(change), _parts(change)
    why = f"Zendesk refused it: {said(error)}"
    for part in parts:
        lost = _KINDS[part]
        if part == "comment" and left.reply and left.status == "solved":  # nobody was answered
            left.status, lost = None, (*lost, "status")
        _leave_out(left, part)
        if part != "comment":
            left.say(Section.NEXT, f"{wanted[part]} by hand. {why}")
        left.outcomes = [
            replace(one, state="failed", detail=why) if one.kind in lost and one.state == "done" else one
            for one in left.outcomes
        ]
        if not any(one.detail == why and one.kind in lost for one in left.outcomes):  # another action's did more
            left.outcomes.append(ActionOutcome(_KINDS[part][0], "failed", why))
    return left


def leave_unassigned(change: TicketChange, why: str, error: NotFound | Invalid) -> None:
    """There is no such group or agent. The answer goes too: it may promise what nobody there can keep."""
    has_answer = bool(change.reply) or any(_is_answer(line) for line in change.note)
    change.note = [line for line in change.note if not (_is_answer(line) or _is_about_either(line))]
    change.say(Section.NEXT, f"Assign this by hand: {why}.")
    if has_answer:
        change.say(Section.NEXT, "Then answer in your own words: the prepared answer counts on them.")
    change.group = change.assignee = change.reply = ""
    detail = f"{error.reason}: {error.message}"
    failed = {"assign": detail, "forward": detail}
    change.outcomes = [
        replace(one, state="failed", detail=failed[one.kind])
        if one.kind in failed
        else replace(one, state="skipped", detail="the prepared answer counts on who is not there")
        if one.kind == "reply"
        else one
        for one in change.outcomes
    ]


def _is_about_either(line: NoteLine) -> bool:
    return line.text.startswith("assigned to") or "answer below" in line.text + line.name


def _is_answer(line: NoteLine) -> bool:
    return line.quoted and line.label.startswith("Answer for")


def said(error: Invalid | Refused) -> str:
    """In Zendesk's own words; it may quote what people wrote, so it is for those who may see the ticket."""
    texts = dict.fromkeys(text for texts in error.fields.values() for text in texts if text)
    return ("; ".join(texts) or error.message)[:_LONGEST]


def _field(name: str, change: TicketChange) -> str:
    return "fields" if name.removeprefix("ticket_field_") in change.fields else ""


def _leave_out(change: TicketChange, part: str) -> None:
    claims = {"status": "status set to ", "priority": "priority set to ", "assignment": "assigned to "}
    if claim := claims.get(part):
        change.note = [line for line in change.note if not line.text.startswith(claim)]
    if part == "status":
        change.status = None
    elif part == "priority":
        change.priority = None
    elif part == "assignment":
        change.group = change.assignee = ""
    elif part == "comment":
        change.title = change.reply = ""
    else:
        change.fields = {}
