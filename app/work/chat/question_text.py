"""What an expert reads in the chat about a ticket. Text of a private ticket stays in Zendesk: its link says enough."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.redaction import redact_together
from integrations.chat import escape, link

LONGEST = 600


@dataclass(frozen=True, slots=True)
class TicketQuestion:
    by: str
    expert: str
    """As people call them."""
    channel: str
    url: str
    subject: str
    body: str
    question: str
    """What is asked; empty: what the ticket says."""
    names: Sequence[str]
    """The requester's, which the text must not name."""
    issues: Sequence[str]
    """Addresses that a stranger may read."""
    public: bool


def question_text(asked: TicketQuestion) -> str:
    """Text of people is escaped, one line of it each."""
    who = f"{escape(asked.by)} asks {escape(asked.expert)}"
    if not asked.public:
        return f"{who} about a private ticket: {link(asked.url)}"
    subject, body, question = redact_together([asked.subject, asked.body, asked.question], names=asked.names)
    # What has no title of its own has the beginning of its text for one.
    title = "" if body.text.startswith(subject.text.removesuffix(" …")) else subject.text
    said = question.text or "\n".join(filter(None, (title, body.text)))
    lines = [
        f"{who} about a ticket from {escape(asked.channel)}: {link(asked.url)}",
        escape(said, LONGEST),
        *(f"Issue: {link(address)}" for address in asked.issues if link(address)),
    ]
    return "\n".join(filter(None, lines))
