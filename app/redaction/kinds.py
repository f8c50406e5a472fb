"""The kinds of things that are removed, and the placeholders that replace them.

While a text is worked on, each placeholder is one noncharacter (U+FDD0...): no pattern takes it for part of a word, a
value or a name, so what was removed once is never looked at again.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

KINDS: Final[dict[str, str]] = {
    "private_key": "private key",
    "gitlab_token": "GitLab token",
    "github_token": "GitHub token",
    "aws_key": "AWS key",
    "slack_token": "Slack token",
    "zendesk_token": "Zendesk token",
    "webhook_url": "webhook URL",
    "jwt": "JWT",
    "api_key": "API key",
    "authorization": "authorization",
    "session_cookie": "session cookie",
    "password": "password",
    "secret": "secret",
    "url_credentials": "credentials",
    "card_number": "card number",
    "bank_account": "bank account",
    "email": "email",
    "ip_address": "IP address",
    "mac_address": "MAC address",
    "phone": "phone",
    "requester_name": "name",
    "person_name": "person",
    "login_name": "login",
}
"""Name in the trace -> what the placeholder says: `ip_address` -> `[IP address removed]`."""


class Span(NamedTuple):
    start: int
    end: int
    kind: str


def placeholder(kind: str) -> str:
    return f"[{KINDS[kind]} removed]"


_FIRST = 0xFDD0
_LAST = 0xFDEF
_SIGN: Final = {kind: chr(_FIRST + number) for number, kind in enumerate(KINDS)}
_PLACEHOLDERS: Final = {ord(sign): placeholder(kind) for kind, sign in _SIGN.items()}
# Nobody may write such a sign into a ticket: noncharacters are not for interchange (Unicode 23.7).
_FOREIGN: Final = dict.fromkeys(range(_FIRST, _LAST + 1), "\ufffd")

REMOVED: Final = f"{chr(_FIRST)}-{chr(_LAST)}"
"""For a character class in a pattern: whatever has been removed."""
SIGNS: Final = "".join(_SIGN.values())
EMAIL_REMOVED: Final = _SIGN["email"]
IP_REMOVED: Final = _SIGN["ip_address"]


def without_signs(text: str) -> str:
    return text if text.isascii() else text.translate(_FOREIGN)


def mask(text: str) -> str:
    """Placeholders become signs."""
    text = without_signs(text)
    if " removed]" in text:
        for kind, sign in _SIGN.items():
            text = text.replace(placeholder(kind), sign)
    return text


def unmask(masked: str) -> str:
    return masked if masked.isascii() else masked.translate(_PLACEHOLDERS)


def replaced(masked: str, spans: Iterable[Span]) -> str:
    """`spans`: ascending, none overlaps the next."""
    pieces: list[str] = []
    done = 0
    for start, end, kind in spans:
        pieces += (masked[done:start], _SIGN[kind])
        done = end
    pieces.append(masked[done:])
    return "".join(pieces)
