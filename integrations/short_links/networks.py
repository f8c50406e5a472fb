"""Which addresses are on the public internet. All others may be ours: a stranger's link must not reach them."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

_NAT64: Final = ip_network("64:ff9b::/96")
"""An IPv6 network reaches every IPv4 address by one of these."""
_UNICAST: Final = ip_network("2000::/3")
"""All that was ever given out of IPv6."""
_NEVER: Final = tuple(
    map(
        ip_network,
        (
            "2001::/32",  # Teredo
            "2002::/16",  # 6to4
            "3fff::/20",  # for examples
            "192.88.99.0/24",  # relays of 6to4
        ),
    )
)


def is_public(address: str) -> bool:
    """`address`: as a name is resolved to, without brackets."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip in _NAT64:
            return is_public(".".join(map(str, ip.packed[-4:])))
        if ip not in _UNICAST:  # so also the forms of IPv4: ::ffff:127.0.0.1
            return False
    if any(ip.version == one.version and ip in one for one in _NEVER):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback)
