"""IP and MAC addresses, but not version numbers, times, OIDs or `Foo::Bar`.

Loopback, "any" and netmasks stay: they are the same everywhere, and an engineer needs them. All others go, private
ones too: they draw a map of somebody's network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from app.triage.redaction.kinds import Span

_V4 = re.compile(r"(?<!\w)(?<!\d\.)\d{1,3}(?:(?:\.|\[\.\])\d{1,3}){3}(?!\w|\.\d|\[\.\])", re.ASCII)
_V4_IN_HOST_NAME = re.compile(
    r"(?<![a-z0-9])(?:ip|ec2|host|static|dhcp|ppp|pool|dsl)-(\d{1,3}(?:-\d{1,3}){3})(?![\w])", re.ASCII
)
_V6 = re.compile(
    r"(?<![\w:.])[0-9A-Fa-f:]{2,39}+(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?:%[\w.-]{1,20})?(?![\w:])", re.ASCII
)
_V6_ENDING_IN_V4 = re.compile(r"(?<![\w:.])::(?:[fF]{4}:)?(?:0:)?\d{1,3}(?:\.\d{1,3}){3}(?![\w.])", re.ASCII)
_MAC = re.compile(
    r"(?<![\w:-])[0-9A-Fa-f]{2}(?P<by>[:-])(?:[0-9A-Fa-f]{2}(?P=by)){4}[0-9A-Fa-f]{2}(?![\w:-])", re.ASCII
)
_NO_DEVICE = frozenset({"ff" * 6, "00" * 6})

# What says that four numbers are a version. Words first, up to two of them.
_VERSION_BEFORE = re.compile(
    r"""(?: \b(?i:version|versions|ver|release|releases|build|tag|gem|chart|package|upgrade[ds]?|upgrading|upgraded
               |update[ds]?|updating|downgrade[ds]?|downgrading|migrat\w+|v)
            (?:[ ](?:from|to|of|is|was|on|:))?[ :="'(]{1,3}
          | (?:==|~>|>=|<=|!=|\^|~)[ ]?["']?
        )\Z""",
    re.VERBOSE,
)
_RANGE_BEFORE = re.compile(r"(?:\d|\bto|->|→|\band|,)[ ]?\Z")
# Their four-part versions have large numbers.
_BUILD_BEFORE = re.compile(
    r"(?i:chrom\w*|crios|edg\w*|opr|electron|v8|cudnn|cuda|nvidia[\w-]*|linux|kernel|driver|tensorrt|dotnet|mssql)[ :/]{1,20}\Z"
)
_PRODUCT_BEFORE = re.compile(
    r"(?i:gitlab|omnibus|runner|gitaly|ce|ee|ruby|rails|go|git|nginx|redis|postgres\w*|pg|node|npm|helm|docker|java|"
    r"python|chrome|firefox|safari|edge|ubuntu|debian|centos|kernel|app|client|server|agent|ide|plugin|extension)"
    r"(?:[ ]v?\d{1,3}(?:\.\d{1,3}){1,3}(?:-\w{1,8})?,?(?:[ ](?:and|or|to|->|→))?){0,2}[ :/_-]{1,2}\Z"
)
_VERSION_AFTER = re.compile(
    r"[-+~](?:(?!static|dynamic|dsl|host)[a-z]{2,}|el\d|r\d|p\d|\d+~)|\.(?:tar|tgz|zip|deb|rpm|gem|jar|whl|exe|msi)\b"
)
MOST_IN_VERSION = 30
"""A product's name before four small numbers makes them a version (GitLab 8.14.3.0); before 203.0.113.7 it does not."""


def ip_addresses(text: str) -> Iterator[Span]:
    if text.count(".") >= 3:
        version_end = -100
        for match in _V4.finditer(text):
            address = match[0].replace("[.]", ".")
            if not _goes_v4(address):
                continue
            if _is_version(text, match, after_version=match.start() - version_end <= 5):
                version_end = match.end()
                continue
            yield Span(*match.span(), "ip_address")
        for match in _V4_IN_HOST_NAME.finditer(text):
            if _goes_v4(match[1].replace("-", ".")):
                yield Span(*match.span(1), "ip_address")
    if "::" in text or text.count(":") >= 5:
        for pattern in (_V6, _V6_ENDING_IN_V4):
            for match in pattern.finditer(text):
                if _goes_v6(match[0]):
                    yield Span(*match.span(), "ip_address")
    for match in _MAC.finditer(text):
        if match[0].replace(match["by"], "").lower() not in _NO_DEVICE:
            yield Span(*match.span(), "mac_address")


def _goes_v4(written: str) -> bool:
    try:
        address = IPv4Address(".".join(str(int(part)) for part in written.split(".")))
    except AddressValueError:
        return False
    return not (address.is_loopback or address.is_unspecified or written.startswith("255."))


def _goes_v6(written: str) -> bool:
    if written.count(":") < 2 or not any(c.isdigit() for c in written):
        return False
    try:
        address = IPv6Address(written.partition("%")[0])
    except AddressValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)


def _is_version(text: str, match: re.Match[str], *, after_version: bool) -> bool:
    """In doubt it is an address."""
    before = text[max(0, match.start() - 48) : match.start()]
    after = text[match.end() : match.end() + 12]
    if _VERSION_AFTER.match(after):
        return True
    if after.startswith((":", "/")) and after[1:2].isdigit():  # a port or a network
        return False
    if _VERSION_BEFORE.search(before) or _BUILD_BEFORE.search(before):
        return True
    small = all(int(part) <= MOST_IN_VERSION for part in match[0].replace("[.]", ".").split("."))
    if after_version and _RANGE_BEFORE.search(before):
        return small
    return small and _PRODUCT_BEFORE.search(before) is not None
