"""IP and MAC addresses, but not version numbers, times, OIDs or `Foo::Bar`.

Loopback, "any" and netmasks stay: they are the same everywhere, and an engineer needs them. All others go, private
ones too: they draw a map of somebody's network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address

from app.redaction.finders.versions import is_version
from app.redaction.kinds import Span
from app.redaction.searching import lowered, positions

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
