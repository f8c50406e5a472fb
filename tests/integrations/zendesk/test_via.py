"""One spelling for how a ticket came in."""

from __future__ import annotations

import pytest

from integrations.zendesk.via import DOCUMENTED, channel_name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("twitter", "twitter"),
        ("Help_Center", "help_center"),
        (26, "twitter_dm"),
        ("41", "facebook_message"),
        (0, "web_form"),
        (4711, "4711"),
        (None, ""),
        (True, ""),
        (["email"], ""),
        ({}, ""),
    ],
)
def test_names_and_numbers_are_read_alike(said: object, name: str) -> None:
    assert channel_name(said) == name


def test_no_number_stands_for_two_types() -> None:
    numbers = list(DOCUMENTED["types"].values())
    assert len(set(numbers)) == len(numbers)


def test_names_and_rels_are_about_documented_types() -> None:
    assert {number for numbers in DOCUMENTED["names"].values() for number in numbers} <= {*DOCUMENTED["types"].values()}
    assert DOCUMENTED["rel"].keys() <= DOCUMENTED["types"].keys() | DOCUMENTED["names"].keys()
