"""Removes personal data and secrets: pure, linear, never raises, and twice is the same as once.

Secrets go first and whole, because an address inside a password is part of the password; then what is found by its
own form (cards, addresses, telephones), then names.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.redaction.finders.account_numbers import account_numbers
from app.redaction.finders.addresses import email_addresses, ip_addresses
from app.redaction.finders.assignments import assignments, said_secrets
from app.redaction.finders.encoded import encoded, kubernetes_secrets
from app.redaction.finders.headers_and_commands import command_lines, headers
from app.redaction.finders.logins import logins
from app.redaction.finders.markup import markup
from app.redaction.finders.names import LONGEST_NAME, names_of, names_once_recognised
from app.redaction.finders.other_people import other_people
from app.redaction.finders.phones import phones
from app.redaction.finders.tables import tables
from app.redaction.finders.tokens import private_keys, tokens
from app.redaction.finders.urls import urls
from app.redaction.kinds import KINDS, SIGNS, Span, mask, unmask
from app.redaction.normal_form import NormalText

Finder = Callable[[str], Iterable[Span]]

BEFORE_NAMES: Final[tuple[Finder, ...]] = (
    private_keys,
    tokens,
    encoded,
    urls,
    headers,
    command_lines,
    assignments,
    said_secrets,
    markup,
    tables,
    kubernetes_secrets,
    account_numbers,
    email_addresses,
    ip_addresses,
    phones,
    logins,
)
AFTER_NAMES: Final[tuple[Finder, ...]] = (other_people,)

# What is removed can make its neighbours readable in another way, so all is done again until nothing is found. Each
# round leaves less to find; a text that needs more rounds than this was made for it.
ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Redacted:
    text: str
    removed: Mapping[str, int]
    """Kind (a key of `KINDS`) -> how many were removed now, in the order of `KINDS`. Never what they were."""


def redact(text: str, *, names: Iterable[str] = ()) -> Redacted:
    """`names`: the requester's name, handles (`@jane`) and other names; each whole, and its parts of three letters."""
    # A single name is an easy mistake, and its letters would be names without effect.
    names = (names,) if isinstance(names, str) else tuple(names)
    as_searched = (NormalText.of(name[:LONGEST_NAME]).text for name in names)
    recognised: dict[str, None] = {}
    finders: tuple[Finder, ...] = (
        *BEFORE_NAMES,
        names_of(dict.fromkeys((*names, *as_searched))),
        *AFTER_NAMES,
        lambda searched: names_once_recognised(searched, recognised),
    )
    removed: Counter[str] = Counter()
    masked = mask(text)
    for _ in range(ROUNDS):
        before = removed.total()
        searched = NormalText.of(masked)
        for finder in finders:
            spans = _in_order(finder(searched.text), searched.text)
            if spans:
                removed.update(span.kind for span in spans)
                recognised |= {searched.text[at.start : at.end]: None for at in spans if at.kind == "person_name"}
                searched = searched.replaced(spans)
        masked = searched.original
        if removed.total() == before:
            break
    return Redacted(unmask(masked), MappingProxyType({kind: removed[kind] for kind in KINDS if removed[kind]}))


def _in_order(spans: Iterable[Span], masked: str) -> list[Span]:
    """Ascending; spans that overlap are one, of the kind of the first; without what has been removed before."""
    ordered: list[Span] = []
    end = 0
    is_fresh = masked.isascii()
    for span in sorted(spans):
        if span.start < end:
            if span.end > end:
                end = span.end
                ordered[-1] = ordered[-1]._replace(end=end)
        elif is_fresh or masked[span.start : span.end].strip(SIGNS):
            ordered.append(span)
            end = span.end
    return ordered
