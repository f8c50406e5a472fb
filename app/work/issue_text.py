"""What an issue says: titles and descriptions in which nothing that people wrote has an effect.

An engineer who has never heard of this service must be able to work with it; nobody may learn from it who wrote.
"""

from __future__ import annotations

import re

from app.rules.loading import Rules
from app.rules.macros import render_template
from app.rules.schema import IssuePolicy
from app.work.decided import Decided
from integrations.gitlab import quoting

_VERSION = re.compile(
    r"\b(?:gitlab[\s-]*(?:ce|ee)?\s*v?|v|version\s*:?\s*)(\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)\b", re.IGNORECASE
)
_EDITIONS = (
    ("EE", re.compile(r"\b(?:EE|Enterprise Edition)\b")),
    ("CE", re.compile(r"\b(?:CE|Community Edition)\b")),
    ("GitLab.com", re.compile(r"\bgitlab\.com\b", re.IGNORECASE)),
)
_FIRST_SENTENCE = re.compile(r"^(.{12,120}?)(?:[.!?\n]|$)", re.DOTALL)
_REPLY_SIGNS = re.compile(r"^(?:(?:re|fwd?|aw|wg)\s*:\s*)+", re.IGNORECASE)
_HANDLES = re.compile(r"(?<!\w)[@#](\w+)")


def issue_title(decided: Decided) -> str:
    """From the subject, else from the first sentence; cleaned, at most 255 characters."""
    subject = _REPLY_SIGNS.sub("", decided.ticket.subject.strip())
    body = _HANDLES.sub(r"\1", decided.ticket.body.strip())
    found = _FIRST_SENTENCE.match(body)
    text = subject or (found[1] if found else body[:120])
    return quoting.issue_title(text) or f"Report from {decided.channel}"


def issue_description(decided: Decided, policy: IssuePolicy, rules: Rules, mark: str) -> str:
    """The template, filled; the marker is the first line, where no text of others can hide it."""
    text = f"{decided.ticket.subject}\n{decided.ticket.body}"
    channel = rules.routing.channels.get(decided.channel)
    values = {
        "report": quoting.fence(_without_names(decided)),
        "channel": quoting.one_line(channel.title if channel else decided.channel),
        "version": quoting.one_line(_version(text)),
        "edition": _edition(text),
        "steps": "",
        "ticket_url": decided.ticket.url,
    }
    return f"{quoting.marker_line(mark)}\n\n{render_template(rules, policy.template, values)}"


def another_report(decided: Decided, mark: str, *, quoted: bool) -> str:
    """The note on an issue that is known: one more report, in its own words only if anybody could read them."""
    lines = [quoting.marker_line(mark), "", f"Another community report ({quoting.one_line(decided.channel)})."]
    if quoted:
        lines += ["", quoting.fence(_without_names(decided))]
    return "\n".join(lines)


def _without_names(decided: Decided) -> str:
    """The report without the requester's name, in whole or in its parts of three letters and more."""
    text = decided.ticket.body
    for part in sorted({decided.ticket.requester_name, *decided.ticket.requester_name.split()}, key=len, reverse=True):
        if len(part) >= 3:
            text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "[name]", text, flags=re.IGNORECASE)
    return text


def _version(text: str) -> str:
    found = _VERSION.search(text)
    return found[1] if found else ""


def _edition(text: str) -> str:
    return next((name for name, sign in _EDITIONS if sign.search(text)), "")
