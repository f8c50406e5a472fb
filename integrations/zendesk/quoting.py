"""Text from people, made harmless before Zendesk stores it: no HTML, no placeholder that Zendesk would expand.

Zendesk renders `{{ticket.requester.email}}` and `{% ... %}` in comments that an agent, and so the bot, writes.
"""

from __future__ import annotations

import html
import re

ZERO_WIDTH_SPACE = "&#8203;"

# Control characters, and halves of surrogate pairs: Zendesk may drop them, and so join the braces around them.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# A brace that opens, or could: with the next piece, without the line break, once Markdown took a backslash away.
OPENING = re.compile(r"\{(?=[\\\n]*(?:[{%&]|\Z))")


def plain(text: str) -> str:
    """`text` with Unix line ends and without control characters."""
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def as_html(text: str) -> str:
    """For an `html_body`: the text as it is, with line breaks; looks the same, but nothing in it is code."""
    escaped = html.escape(OPENING.sub("{\u200b", plain(text)))
    return escaped.replace("\u200b", ZERO_WIDTH_SPACE).replace("\n", "<br>")
