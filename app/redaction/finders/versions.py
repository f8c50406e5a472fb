"""Are four numbers with dots between them a version (GitLab 8.14.3.0), and not an IP address? In doubt they are not."""

from __future__ import annotations

import re
from typing import Final

from app.redaction.searching import words

MOST = 30
"""A product's name before four numbers up to this makes them a version; before 203.0.113.7 it does not."""

PRIVATE = 10
"""Where most networks of companies begin, and no version of GitLab with four numbers."""
MOST_BETWEEN = 4
"""Words and other versions that may stand between ("from 8.14.2 to 8.14.3.0")."""
_BEFORE = 40
_VERSION: Final = words(
    """
    version versions ver v release releases build tag gem chart package upgrade upgrades upgraded upgrading update
    updates updated updating downgrade downgraded downgrading migrate migrated migrating migration
    """
)
_PRODUCT: Final = words(
    """
    gitlab gitlab-ce gitlab-ee gitlab-runner omnibus runner ce ee ruby rails go git nginx redis postgres postgresql pg
    npm helm docker java python firefox safari ubuntu debian centos plugin extension mattermost puma sidekiq unicorn
    """
)
_LARGE: Final = words(
    "chrome chromium crios edg edge opr electron v8 cudnn cuda linux kernel driver tensorrt dotnet mssql"
)
"""Products whose four-part versions have large numbers."""
_CONNECTING: Final = words("from to of is was and or on -> → = => : , the a")
_OPERATORS: Final = ("==", "~>", ">=", "<=", "!=", "^", "~")
_AFTER = re.compile(
    r"[-+~](?:(?!static|dynamic|dsl|host)[a-z]{2,}|el\d|r\d|p\d|\d+[~+])|\.(?:tar|tgz|zip|deb|rpm|gem|jar|whl|exe|msi)\b"
)
_PORT_OR_NETWORK = re.compile(r"[:/]\d")
_NUMBER = re.compile(r"\d+")
_SPLIT = re.compile(r"[\s/:=\"'(\[,]+")
_OTHER_VERSION = re.compile(r"v?\d{1,3}(?:\.\d{1,4}){1,3}(?:[-+]\w{1,8})?")


def is_version(text: str, start: int, end: int) -> bool:
    """`text[start:end]` is the four numbers."""
    if _AFTER.match(text, end):
        return True
    before = text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    return not _PORT_OR_NETWORK.match(text, end) and (
        before.rstrip(" \"'").endswith(_OPERATORS) or _follows_a_product(before, text[start:end])
    )


def _follows_a_product(before: str, four_numbers: str) -> bool:
    tokens = [token for token in _SPLIT.split(before.lower())[-8:] if token]
    if before[-1:] == "-" and tokens:  # gitlab-ce-8.14.3.0
        tokens[-1] = tokens[-1].rstrip("-")
    for token in tokens[: -MOST_BETWEEN - 1 : -1]:
        if token in _VERSION or token in _LARGE or token.startswith("nvidia-"):
            return True
        if token in _PRODUCT:
            numbers = [int(part) for part in _NUMBER.findall(four_numbers)]
            return max(numbers) <= MOST and numbers[0] != PRIVATE
        if token not in _CONNECTING and not _OTHER_VERSION.fullmatch(token):
            return False
    return False
