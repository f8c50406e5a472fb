"""A compressed answer is unpacked part by part, and never beyond its bound."""

import gzip

import pytest

from integrations.content_encoding import unpacking

PACKED = gzip.compress(b"many words " * 1000)


def test_parts_are_unpacked_as_they_come() -> None:
    unpack = unpacking("gzip")
    assert b"".join(unpack(PACKED[at : at + 7], 20_000) for at in range(0, len(PACKED), 7)) == b"many words " * 1000


def test_one_byte_more_than_there_is_room_for_shows_that_it_is_too_long() -> None:
    assert len(unpacking("gzip")(PACKED, 100)) == 101


@pytest.mark.parametrize(("encoding", "said"), [("br", "not asked for"), ("gzip, gzip", "not asked for")])
def test_another_encoding_is_an_error(encoding: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        unpacking(encoding)


def test_what_is_not_encoded_as_it_says_is_an_error() -> None:
    with pytest.raises(ValueError, match="not the encoding that it says"):
        unpacking("gzip")(b"<html>", 100)
