"""A text of macros.yaml in Zendesk's own placeholders, for advocates who apply it by hand."""

from typing import Final

from app.rules.placeholders import REPLY_PLACEHOLDERS, Text
from app.rules.routing import RoutingConfig
from app.setup.kinds.ticket_field import ISSUE
from app.setup.values import reference

_ZENDESK: Final = {
    "name": "{{ticket.requester.first_name}}",
    "ticket_url": "{{ticket.link}}",
}
_GAPS: Final = {
    "issue_url": "[link to the issue]",
    "issue_title": "[title of the issue]",
    "incident_url": "[link to the incident]",
    "incident_title": "[title of the incident]",
    "over_since": "[time]",
    "missing": "[what the report lacks]",
    "asks": "[what else you want to know]",
    "docs_url": "[link to the documentation]",
    "docs_title": "[its page and heading]",
    "docs_excerpt": "[the sentence that fits]",
    "answer": "[the team's answer]",
    "link": "[link to the post]",
    "channel": "[channel]",
}
"""What Zendesk does not know stands in brackets, for the advocate to fill in."""


def zendesk_text(routing: RoutingConfig, written: str, channel: str) -> str:
    """`channel`: its title; empty for the text of every other channel."""
    values = {name: _ZENDESK.get(name) or _GAPS[name] for name in REPLY_PLACEHOLDERS}
    field = str(routing.fields.issue or "") or (reference(ISSUE) if routing.setup.issue_field else "")
    if field:
        values["issue_url"] = values["incident_url"] = f"{{{{ticket.ticket_field_{field}}}}}"
    if channel:
        values["channel"] = channel
    return Text(written).substitute(values)
