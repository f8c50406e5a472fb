"""E-mail addresses, IP addresses and MAC addresses.

E-mail: in any script, percent-encoded, and in words (`disguised_addresses`). `git@host` stays:
it is everyone's, and half of the tickets about a remote consist of it.

IP: versions, times, OIDs and `Foo::Bar` stay. So do loopback, "any" and netmasks: they are the same everywhere, and an
engineer needs them. Private addresses go: they draw a map of somebody's network.
"""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from app.redaction.finders.disguised_addresses import disguised_addresses
from app.redaction.kinds import Span
from app.redaction.literal_search import lowered, positions
from app.word_lists import words

_LOCAL = r"[\w.+'’-]"
_PLAIN = re.compile(
    rf"(?P<local>(?:(?<!{_LOCAL}){_LOCAL}++|\"[^\"\s@][^\"\n@]{{0,62}}\"))(?:@|%40|＠)(?P<domain>[\w.-]++)"
)
_NO_MAILBOX: Final = frozenset({"git", "hg"})
# Package versions (react@16.4.1, checkout@v3.beta) and pictures for dense screens (logo@2x.png).
_NO_DOMAIN = re.compile(r"v?\d+(?:\.\d+)+.*|v\d+\..*|\d(?:\.\d)?x\..*", re.ASCII)
_TOP_LEVEL = re.compile(r"[^\W\d_]{2,24}|xn--[\w-]{2,59}")


def email_addresses(text: str) -> Iterator[Span]:
    if "@" in text or "%40" in text or "＠" in text:
        yield from _plain(text)
    yield from disguised_addresses(text)


def _plain(text: str) -> Iterator[Span]:
    for match in _PLAIN.finditer(text):
        local = match["local"].lstrip(".'’-")
        domain = match["domain"].rstrip(".-_")
        if text.endswith("://", 0, match.start()):
            continue  # a service's account, or it would be gone
        if local and local.strip("+").lower() not in _NO_MAILBOX and is_domain(domain):
            yield Span(match.end("local") - len(local), match.start("domain") + len(domain), "email")


def is_domain(domain: str) -> bool:
    return (
        "." in domain
        and ".." not in domain
        and _TOP_LEVEL.fullmatch(domain.rpartition(".")[2]) is not None
        and _NO_DOMAIN.fullmatch(domain) is None
    )


_V4 = re.compile(r"(?<!\w)(?<!\d\.)\d{1,3}(?:(?:\.|\[\.\])\d{1,3}){3}(?!\w|\.\d|\[\.\])", re.ASCII)
_V4_IN_HOST_NAME = re.compile(
    r"(?<![A-Za-z0-9])(?i:ip|ec2|host|static|dhcp|ppp|pool|dsl)-(\d{1,3}(?:-\d{1,3}){3})(?![\w])", re.ASCII
)
_HOST_NAMES = ("ip-", "ec2-", "host-", "static-", "dhcp-", "ppp-", "pool-", "dsl-")
_V6 = re.compile(
    r"(?<![\w:.])[0-9A-Fa-f:]{2,39}+(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?:%[\w.-]{1,20})?(?![\w:])", re.ASCII
)
_V6_ENDING_IN_V4 = re.compile(r"(?<![\w:.])::(?:[fF]{4}:)?(?:0:)?\d{1,3}(?:\.\d{1,3}){3}(?![\w.])", re.ASCII)
_MAC = re.compile(
    r"(?<![\w:-])[0-9A-Fa-f]{2}(?P<by>[:-])(?:[0-9A-Fa-f]{2}(?P=by)){4}[0-9A-Fa-f]{2}(?![\w:-])", re.ASCII
)
_NO_DEVICE = frozenset({"ff" * 6, "00" * 6})


def ip_addresses(text: str) -> Iterator[Span]:
    yield from _v4(text)
    if "::" in text or text.count(":") >= 5:
        for pattern in (_V6, _V6_ENDING_IN_V4):
            for match in pattern.finditer(text):
                if _goes_v6(match[0]):
                    yield Span(*match.span(), "ip_address")
    for match in _MAC.finditer(text):
        if match[0].replace(match["by"], "").lower() not in _NO_DEVICE:
            yield Span(*match.span(), "mac_address")


def _v4(text: str) -> Iterator[Span]:
    if text.count(".") >= 3:
        for match in _V4.finditer(text):
            if _goes_v4(match[0].replace("[.]", ".")) and not is_version(text, match.start(), match.end()):
                yield Span(*match.span(), "ip_address")
    for at in positions(lowered(text), _HOST_NAMES):
        named = _V4_IN_HOST_NAME.match(text, at)
        if named and _goes_v4(named[1].replace("-", ".")):
            yield Span(*named.span(1), "ip_address")


def _goes_v4(written: str) -> bool:
    numbers = [int(part) for part in written.split(".")]
    return max(numbers) <= 255 and numbers[0] not in {127, 255} and any(numbers)


def _goes_v6(written: str) -> bool:
    # `Foo::Bad`, `[1::-1]`: an address in use has a group of three or four, or many of them.
    groups = [group for group in written.split(":") if group]
    if written.count(":") < 2 or not (len(groups) >= 4 or any(len(group) >= 3 for group in groups)):
        return False
    if not any(c.isdigit() for c in written):
        return False
    try:
        address = IPv6Address(written.partition("%")[0])
    except AddressValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)


MOST = 30
"""A product's name before four numbers up to this makes them a version; before 203.0.113.7 it does not."""

PRIVATE = 10
"""Many companies' networks begin with 10; no version of GitLab with four numbers does."""
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
