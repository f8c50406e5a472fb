"""Secrets that something else in the text gave away: `password: x` says what "x is refused" in the subject is."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from app.redaction.finders.names import COMMON_WORDS, PRODUCT_WORDS
from app.redaction.kinds import REMOVED, Span
from app.word_lists import words

KINDS_OF_SECRETS: Final = words(
    """
    gitlab_token github_token aws_key slack_token zendesk_token webhook_url jwt api_key authorization session_cookie
    password secret url_credentials
    """
)
KINDS_WITH_USER: Final = frozenset({"password", "url_credentials"})
SHORTEST = 6
"""Of a value: a shorter one stands in too many words."""
MOST_SECRETS = 50
_AROUND = "\"'`<>()[]{},;. \t"
_HAS_REMOVED = re.compile(f"[{REMOVED}]")


def values_of(text: str, spans: Iterable[Span]) -> Iterator[tuple[str, str]]:
    """Value and kind of each secret that is no ordinary word; of `user:password` the password too."""
    for span in spans:
        if span.kind in KINDS_OF_SECRETS:
            written = text[span.start : span.end]
            behind_user = written.partition(":")[2] if span.kind in KINDS_WITH_USER else ""
            for value in (written.strip(_AROUND), behind_user.strip(_AROUND)):
                if len(value) >= SHORTEST and not _is_ordinary(value):
                    yield value, span.kind


def _is_ordinary(value: str) -> bool:
    word = value.casefold()
    return word in COMMON_WORDS or word in PRODUCT_WORDS or _HAS_REMOVED.search(value) is not None or "\n" in value


def secrets_once_recognised(text: str, secrets: dict[str, str]) -> Iterator[Span]:
    for value, kind in islice(secrets.items(), MOST_SECRETS):
        at = text.find(value)
        while at >= 0:
            end = at + len(value)
            if not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
                yield Span(at, end, kind)
            at = text.find(value, end)
