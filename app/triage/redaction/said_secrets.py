"""Secrets told in a sentence: "my password is x", "das Passwort lautet x", "the token x does not work"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.triage.redaction.kinds import Span
from app.triage.redaction.searching import lowered, positions
from app.triage.redaction.values import is_code, is_prose, says_nothing

_PASSWORD_IS = re.compile(
    r"""(?i:passwor[dt]|passphrase|passcode|contrase[ñn]a|mot\ de\ passe|senha|wachtwoord|пароль)
        (?:[ ](?i:for|of|to|für|von|de|do|da)[ ][\w@.-]{1,40}){0,2}
        [ ](?i:is|was|are|ist|war|lautet|heißt|es|est|era|é|это)[ ]
        (?:(?i:now|still|just|simply|called|set\ to|jetzt)[ ])?
        (?P<quote>["'`“„«])?(?P<value>[^\s"'`“”„»]{3,200}+)""",
    re.VERBOSE,
)
_PASSWORDS: Final = ("passw", "passphrase", "passcode", "contrase", "mot de passe", "senha", "wachtwoord", "пароль")
_LABELS: Final = ("token", "secret", "password", "passwort", "credential", "access key", "api key", "private key")
# Upper case, lower case and digits in one word: no name of a class, no commit, no UUID.
_RANDOM = re.compile(r"(?<![\w/.:+@=-])[A-Za-z0-9_-]{16,80}+(?![\w/.:@=-])", re.ASCII)
NEAR = 80
"""Characters behind the word "token" in which it is looked for, on the same line."""


def said_secrets(text: str) -> Iterator[Span]:
    low = lowered(text)
    for at in positions(low, _PASSWORDS):
        match = _PASSWORD_IS.match(text, at)
        if match is None:
            continue
        value = match["value"].rstrip(",;)" if match["quote"] else ".,;:)")
        if len(value) < 3 or says_nothing(value) or is_code(value):
            continue
        if match["quote"] or _is_password(value):
            yield Span(match.start("value"), match.start("value") + len(value), "password")
    done = 0
    for at in positions(low, _LABELS):
        if at < done or text[at - 1 : at].isalnum():
            continue
        line_end = text.find("\n", at, at + NEAR)
        done = at + NEAR if line_end < 0 else line_end
        for match in _RANDOM.finditer(text, at, done):
            if _is_made_by_machine(match[0]):
                yield Span(*match.span(), "secret")


def _is_password(value: str) -> bool:
    if is_prose(value):
        return False
    if not value.isalpha():
        return True
    # "the password is rotated/missing/safely kept": what an adverb or a participle says is not the password.
    return not value.lower().endswith(("ed", "ing", "ly", "en", "t"))


def _is_made_by_machine(value: str) -> bool:
    digits = sum(c.isdigit() for c in value)
    inside = sum(c.isdigit() for c in value[1:-1])
    return (
        digits >= 2
        and inside >= 1
        and any(c.isupper() for c in value[1:])
        and any(c.islower() for c in value)
        and "__" not in value
    )
