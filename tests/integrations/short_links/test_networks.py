"""Only what is on the public internet may be reached, however an address is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.short_links.networks import is_public


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "100.63.255.255", "172.15.0.1", "2606:4700::1111", "64:ff9b::808:808"],
)
def test_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255"),
        *("192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "198.18.0.1", "192.0.0.1", "192.0.2.1"),
        *("198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "::127.0.0.1", "2002:7f00:1::", "2001::1"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "100::1", "3fff::1"),
        *("", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]"),
    ],
)
def test_all_else_is_not(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_what_the_standard_library_calls_private_is_not_public_in_either_family(address: object) -> None:
    public = is_public(str(address))
    assert is_public(f"64:ff9b::{address}") == public
    assert not is_public(f"::ffff:{address}")
    if public:
        assert address.is_global  # type: ignore[attr-defined]
