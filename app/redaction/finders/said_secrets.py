"""Secrets told in a sentence: "my password is x", "das Passwort lautet x", "the token x does not work"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.redaction.finders.values import is_code, is_prose, says_nothing
from app.redaction.kinds import Span
from app.redaction.searching import lowered, positions

_PASSWORD_IS = re.compile(
    r"""(?i:passwor[dt]|passphrase|passcode|kennwort|contrase[ñn]a|mot\ de\ passe|senha|wachtwoord|пароль)
        (?:[ ](?i:for|of|to|für|von|de|do|da)[ ][\w@.-]{1,40}){0,2}
        [ ](?i:is|was|are|ist|war|lautet|heißt|es|est|era|é|это)[ ]
        (?:(?i:now|still|just|simply|called|set\ to|changed\ to|reset\ to|jetzt)[ ])?
        (?P<quote>["'`“„«])?(?P<value>[^\s"'`“”„»]{3,200}+)""",
    re.VERBOSE,
)
# Beside the word, without a verb: only what is quoted, or letters and digits that are no algorithm.
_BESIDE = re.compile(
    r"""(?i:passwor[dt]|passphrase|kennwort|(?P<verb>(?<![a-z])pass|(?<![a-z])pw))[ ](?:(?i:is|ist|was)[ ]|[-–→][ ])?
        (?:(?P<quote>["'`“„«])(?P<quoted>[^\s"'`“”„»]{3,200}+)["'`”“»]|(?P<value>[^\s"'`“”„»()]{6,200}+))""",
    re.VERBOSE,
)
_ALGORITHM = re.compile(r"(?i)sha-?\d|md5|argon2|pbkdf2|crypt|oauth|base64|utf|2fa|ldap|v\d|http|\.rb|\.js|\.py")
_EXPRESSION = re.compile(r"://|[={}()<>]")
_RECOVERY_CODE = re.compile(r"(?<![\w-])[0-9a-f]{16}(?![\w-])", re.ASCII)
RECOVERY_CODES = 400
"""Characters in which the ten codes of GitLab stand."""
_PASSWORDS: Final = ("pass", "pw ", "kennwort", "contrase", "mot de passe", "senha", "wachtwoord", "пароль")
_LABELS: Final = ("token", "secret", "password", "passwort", "credential", "access key", "api key", "private key")
# Upper case, lower case and digits in one word: no name of a class, no commit, no UUID.
_RANDOM = re.compile(r"(?<![\w/.:+@=-])[A-Za-z0-9_-]{16,80}+(?![\w/.:@=-])", re.ASCII)
NEAR = 80
"""Characters behind the word "token" in which it is looked for, on the same line."""


def said_secrets(text: str) -> Iterator[Span]:
    low = lowered(text)
    yield from _passwords(text, low)
    yield from _recovery_codes(text, low)
    done = 0
    for at in positions(low, _LABELS):
        if at < done or text[at - 1 : at].isalnum():
            continue
        line_end = text.find("\n", at, at + NEAR)
        done = at + NEAR if line_end < 0 else line_end
        for match in _RANDOM.finditer(text, at, done):
            if _is_made_by_machine(match[0]):
                yield Span(*match.span(), "secret")


def _passwords(text: str, low: str) -> Iterator[Span]:
    for at in positions(low, _PASSWORDS):
        group = "value"
        if match := _PASSWORD_IS.match(text, at):
            is_one = match["quote"] or _is_password(match["value"])
        elif match := _BESIDE.match(text, at):
            group = "quoted" if match["quote"] else "value"
            is_one = (match["quote"] and not match["verb"]) or _is_mixed(match[group])
        if match is None or not is_one:
            continue
        value = match[group].rstrip(".,;:)")
        if len(value) >= 3 and not says_nothing(value) and not is_code(value) and not is_prose(value):
            yield Span(match.start(group), match.start(group) + len(value), "password")


def _recovery_codes(text: str, low: str) -> Iterator[Span]:
    done = 0
    for at in positions(low, ("recovery code", "backup code")):
        for match in _RECOVERY_CODE.finditer(text, max(at, done), at + RECOVERY_CODES):
            yield Span(*match.span(), "secret")
        done = at + RECOVERY_CODES


def _is_password(value: str) -> bool:
    if is_prose(value):
        return False
    if not value.isalpha():
        return True
    # "the password is rotated/missing/safely kept": what an adverb or a participle says is not the password.
    return not value.lower().endswith(("ed", "ing", "ly", "en", "t"))


def _is_mixed(value: str) -> bool:
    return (
        any(map(str.isdigit, value))
        and any(map(str.isalpha, value))
        and not _EXPRESSION.search(value)
        and not _ALGORITHM.search(value)
    )


def _is_made_by_machine(value: str) -> bool:
    """Upper and lower case and digits (not only at the ends), or base32 as seeds of authenticators are."""
    if sum(map(str.isdigit, value)) < 2 or not any(map(str.isdigit, value[1:-1])) or "__" in value:
        return False
    if value.isalnum() and value.isupper():
        return not value.startswith("01")  # a ULID, as in correlation ids
    return any(map(str.isupper, value[1:])) and any(map(str.islower, value))
