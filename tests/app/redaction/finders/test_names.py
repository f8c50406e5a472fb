"""Which words of a text are the requester's name; the examples have whole letters."""

from __future__ import annotations

import pytest

from app.redaction import redact


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("Jane Rowe", "JANE ROWE, jane.rowe, jane_rowe, janerowe, jrowe, RoweJane", ", ".join(6 * ["[name removed]"])),
        ("Jørgen Ødegård", "Jorgen Odegaard and Joergen Oedegaard", "[name removed] and [name removed]"),
        ("Łukasz Żak", "lukasz zak", "[name removed]"),
        ("Anna-Lena Groß", "Anna Lena Gross", "[name removed]"),
        ("Conor O’Brien", "Conor O'Brien's runner", "[name removed]'s runner"),
        ("Ana María de la Cruz", "Ana María de la Cruz", "[name removed]"),
        ("Roe, Jane (ACME)", "Jane Roe of Acme", "[name removed]"),
        ("jane.roe@example.org", "jane and roe", "[name removed] and [name removed]"),
        (
            "u/nokia_monk",
            "nokia_monk, u/nokia_monk and @nokia_monk",
            "[name removed], [name removed] and [name removed]",
        ),
        ("@mark", "@mark says: mark this", "[name removed] says: mark this"),
        ("Mark Grant", "mark grant; Grant Mark", "[name removed]; [name removed]"),
        ("Bo Wu", "Bo Wu: bowl, wu-ftpd", "[name removed]: bowl, wu-ftpd"),
    ],
)
def test_is_removed(name: str, text: str, left: str) -> None:
    assert redact(text, names=[name]).text == left


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Will Page", "Will it page? The page will load. Page 2 of the wiki."),
        ("May June", "In May 2021 it may work."),
        ("Ruby Jenkins", "Installed ruby and Jenkins 2.3"),
        ("Rose", "The memory rose to 3 GB"),
        ("GitLab User", "A GitLab user sees it"),
        ("Administrator", "The Administrator is missing"),
        ("Anna Roe", "annals, banana, roebuck"),
        ("", "nothing"),
        ("12345", "job 12345"),
        ("(((", "((("),
        ("X", "X marks"),
    ],
)
def test_stays(name: str, text: str) -> None:
    assert redact(text, names=[name]).text == text


def test_one_placeholder_for_a_whole_name() -> None:
    assert redact("Jane Q. Roe and Jane", names=["Jane Roe"]).removed == {"requester_name": 2}


def test_many_and_long_names_are_cut_short() -> None:
    assert redact("Jane", names=["x" * 10_000, *(f"Name{n}" for n in range(1000))]).text == "Jane"


def test_a_single_name_is_taken_as_one() -> None:
    assert redact("Jane was here", names="Jane").text == "[name removed] was here"
