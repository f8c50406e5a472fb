"""What Zendesk refuses of an update is taken out, so that the rest is written; the note says what is left to do."""

from dataclasses import replace

from app.rules.actions.ticket_change import ActionOutcome, Section, TicketChange
from integrations.errors import Invalid

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
}
"""What Zendesk calls the parts of an update that can be left out."""
_KINDS = {"status": ("status",), "priority": ("priority",), "assignment": ("assign", "forward"), "fields": ("field",)}
"""The actions that are not done without a part."""


def take_out(change: TicketChange, error: Invalid) -> bool:
    """Take one part out, and say so: the one that is named, else the status, on which Zendesk's rules mostly depend.

    False: there is nothing that could be left out.
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
    named = {_NAMES.get(name) or _field(name, change) for name in error.fields}
    part = next((one for one in present if one in named), present[0] if present else None)
    if part is None:
        return False
    _leave_out(change, part)
    why = f"Zendesk refused it: {said(error)}"
    change.say(Section.NEXT, f"{wanted[part]} by hand. {why}")
    change.outcomes = [
        replace(one, state="failed", detail=why) if one.kind in _KINDS[part] and one.state == "done" else one
        for one in change.outcomes
    ]
    if not any(one.detail == why for one in change.outcomes):  # it was another action's that did more
        change.outcomes.append(ActionOutcome(_KINDS[part][0], "failed", why))
    return True


def said(error: Invalid) -> str:
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
    else:
        change.fields = {}
