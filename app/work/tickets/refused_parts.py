"""What Zendesk refuses of an update is taken out, so that the rest is written; the note says what is left to do."""

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


def take_out(change: TicketChange, error: Invalid) -> bool:
    """Take one part out, and say so: the one that is named, else the status, on which Zendesk's rules mostly depend.

    The comment goes only if it is named; the decision alone tells of its loss. False: nothing could be left out.
    """
    wanted = {
        "status": f"Set the status to {change.status}" if change.status else "",
        "priority": f"Set the priority to {change.priority}" if change.priority else "",
        "assignment": f"Assign this to {' / '.join(filter(None, (change.group, change.assignee)))}"
        if change.group or change.assignee
        else "",
        "fields": "Fill in the field for the issue" if change.fields else "",
    }
    present = [part for part, sentence in wanted.items() if sentence]
    has_comment = bool(change.reply or change.title)
    named = {_NAMES.get(name) or _field(name, change) for name in error.fields}
    part = next((one for one in present if one in named), None)
    if part is None:
        part = "comment" if has_comment and "comment" in named else next(iter(present), None)
    if part is None:
        return False
    lost = _KINDS[part]
    if part == "comment" and change.reply and change.status == "solved":  # nobody was answered
        change.status, lost = None, (*lost, "status")
    _leave_out(change, part)
    why = f"Zendesk refused it: {said(error)}"
    if part != "comment":
        change.say(Section.NEXT, f"{wanted[part]} by hand. {why}")
    change.outcomes = [
        replace(one, state="failed", detail=why) if one.kind in lost and one.state == "done" else one
        for one in change.outcomes
    ]
    if not any(one.detail == why for one in change.outcomes):  # it was another action's that did more
        change.outcomes.append(ActionOutcome(_KINDS[part][0], "failed", why))
    return True


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
