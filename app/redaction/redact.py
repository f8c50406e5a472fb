"""Removes personal data and secrets: pure, linear, never raises, and twice is the same as once.

Secrets go first and whole, because an address inside a password is part of the password; then what is found by its
own form (cards, addresses, telephones), then names.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from app.redaction.finders.secrets_once_recognised import secrets_once_recognised, values_of
from app.redaction.finders.tables import tables
from app.redaction.finders.tokens import private_keys, tokens
from app.redaction.finders.urls import urls
from app.redaction.kinds import KINDS, SIGNS, Span, mask, unmask
from app.redaction.normal_form import NormalText, is_quoted_printable

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
    return redact_together([text], names=names)[0]


def redact_together(texts: Sequence[str], *, names: Iterable[str] = ()) -> list[Redacted]:
    """Each of `texts` by itself; but a secret or a name that one of them gives away goes from all."""
    # A single name is an easy mistake, and its letters would be names without effect.
    names = (names,) if isinstance(names, str) else tuple(names)
    as_searched = (NormalText.of(name[:LONGEST_NAME]).text for name in names)
    people: dict[str, None] = {}
    secrets: dict[str, str] = {}
    finders: tuple[Finder, ...] = (
        *BEFORE_NAMES,
        lambda searched: secrets_once_recognised(searched, secrets),
        names_of(dict.fromkeys((*names, *as_searched))),
        *AFTER_NAMES,
        lambda searched: names_once_recognised(searched, people),
    )
    masked = [mask(text) for text in texts]
    # Decoded, then as it stands: what reads as a secret in either form is one.
    forms = [(True, False) if is_quoted_printable(text) else (False,) for text in masked]
    removed: list[Counter[str]] = [Counter() for _ in texts]
    for _ in range(ROUNDS):
        before = sum(one.total() for one in removed)
        for number, count in enumerate(removed):
            for quoted_printable in forms[number]:
                searched = NormalText.of(masked[number], quoted_printable=quoted_printable)
                for finder in finders:
                    spans = _in_order(finder(searched.text), searched.text)
                    if spans:
                        count.update(span.kind for span in spans)
                        people |= {searched.text[at.start : at.end]: None for at in spans if at.kind == "person_name"}
                        secrets |= dict(values_of(searched.text, spans))
                        searched = searched.replaced(spans)
                masked[number] = searched.original
        if sum(one.total() for one in removed) == before:
            break
    return [
        Redacted(unmask(text), MappingProxyType({kind: count[kind] for kind in KINDS if count[kind]}))
        for text, count in zip(masked, removed, strict=True)
    ]


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
