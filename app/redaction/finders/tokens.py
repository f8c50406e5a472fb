"""Tokens that say themselves whose they are: by their prefix, and in no other way.

A prefix that is not in the text costs one search for it; one that is, one linear pass. Sources: GitLab's "Token
prefixes" (security/tokens), and each vendor's documentation of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from app.redaction.kinds import Span
from app.redaction.searching import words

# Routable tokens have a length and a checksum behind a dot or two.
_GITLAB_REST = r"[\w-]{10,}+(?:\.[0-9a-z]{2,9}){0,2}+"
_GITLAB_PREFIXES = sorted(words("glpat gloas gldt glrt glrtr glcbt glptt glft glimt glagent glwt glsoat glffct"))


class Form(NamedTuple):
    kind: str
    prefix: str
    pattern: re.Pattern[str]


def form(kind: str, prefix: str, rest: str) -> Form:
    """A token is not the middle of a word. The prefix stands first, so that the engine searches for it literally."""
    return Form(kind, prefix, re.compile(f"{re.escape(prefix)}(?<![A-Za-z0-9]{re.escape(prefix)}){rest}", re.ASCII))


FORMS: Final[tuple[Form, ...]] = (
    *(form("gitlab_token", f"{prefix}-", _GITLAB_REST) for prefix in _GITLAB_PREFIXES),
    form("gitlab_token", "GR1348941", r"[\w-]{15,}+"),
    form("gitlab_token", "whsec_", r"[A-Za-z0-9+/=]{16,}+"),
    *(form("github_token", f"gh{letter}_", r"\w{20,}+") for letter in "pousr"),
    form("github_token", "github_pat_", r"\w{20,}+"),
    *(form("aws_key", f"A{letters}", r"[A-Z0-9]{16}(?![A-Za-z0-9])") for letters in ("KIA", "SIA", "BIA", "CCA")),
    form("slack_token", "xox", r"[a-z](?:\.xox[a-z])?-[\w-]{8,}+"),
    form("slack_token", "xapp-", r"[\w-]{10,}+"),
    # A token encrypted for its reader has five parts.
    form("jwt", "eyJ", r"[\w-]{8,}+\.[\w-]{2,}+(?:\.[\w-]*+){0,3}+"),
    # A GitLab licence, and whatever else is JSON in base64 over several lines: it names people.
    form("secret", "eyJ", r"[A-Za-z0-9+/=]{20,}+(?:\s{1,4}[A-Za-z0-9+/=]{30,}+)++(?:\s[A-Za-z0-9+/]{1,29}+={1,2})?"),
    form("secret", "eyJ", r"[A-Za-z0-9+/=]{100,}+"),
    form("api_key", "AIza", r"[\w-]{30,}+"),
    form("api_key", "ya29.", r"[\w-]{20,}+"),
    form("api_key", "GOCSPX-", r"[\w-]{20,}+"),
    *(form("api_key", f"{kind}_{mode}_", r"\w{10,}+") for kind in ("sk", "rk", "whsk") for mode in ("live", "test")),
    form("api_key", "sk-", r"(?=[\w-]{0,30}\d)[\w-]{20,}+"),
    form("api_key", "SG.", r"[\w-]{16,}+\.[\w-]{16,}+"),
    form("api_key", "npm_", r"[A-Za-z0-9]{30,}+"),
    form("api_key", "pypi-", r"[\w-]{30,}+"),
    form("api_key", "rubygems_", r"[0-9a-f]{30,}+"),
    form("api_key", "hf_", r"[A-Za-z0-9]{30,}+"),
    form("api_key", "dckr_pat_", r"[\w-]{20,}+"),
    *(form("api_key", f"do{letter}_v1_", r"[0-9a-f]{30,}+") for letter in "por"),
    *(form("api_key", f"hv{letter}.", r"[\w-]{20,}+") for letter in "sbr"),
    form("api_key", "ATATT3x", r"[\w=-]{30,}+"),
    form("api_key", "shpat_", r"[0-9a-fA-F]{30,}+"),
    form("api_key", "glsa_", r"\w{30,}+"),
    form("api_key", "sntrys_", r"[\w+/=]{30,}+"),
    form("api_key", "NRAK-", r"[A-Z0-9]{20,}+"),
    form("api_key", "lin_api_", r"\w{30,}+"),
    form("api_key", "tskey-", r"[\w-]{16,}+"),
    form("api_key", "AGE-SECRET-KEY-1", r"[0-9A-Z]{40,}+"),
)
_TELEGRAM = re.compile(r":AA[\w-]{33}(?![\w-])", re.ASCII)
_AWS_SECRET = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
NEAR = 200
"""A secret access key has no form of its own; it is looked for this many characters behind the key's id."""


def tokens(text: str) -> Iterator[Span]:
    for kind, prefix, pattern in FORMS:
        if prefix in text:
            for match in pattern.finditer(text):
                yield Span(match.start(), match.end(), kind)
    if "KIA" in text or "SIA" in text:
        yield from _aws_secrets(text)
    if ":AA" in text:
        for match in _TELEGRAM.finditer(text):
            number = text[max(0, match.start() - 10) : match.start()]
            digits = len(number) - len(number.rstrip("0123456789"))
            if digits >= 8:
                yield Span(match.start() - digits, match.end(), "api_key")


_AWS_ID = re.compile(r"A(?:K|S)IA[A-Z0-9]{16}")


def _aws_secrets(text: str) -> Iterator[Span]:
    looked = 0
    for key_id in _AWS_ID.finditer(text):
        limit = key_id.end() + NEAR
        for match in _AWS_SECRET.finditer(text, max(looked, key_id.end()), limit):
            if any(c.islower() for c in match[0]) and any(c.isupper() or c in "/+" for c in match[0]):
                yield Span(match.start(), match.end(), "aws_key")
        looked = limit
