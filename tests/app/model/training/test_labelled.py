"""Labelled tickets are checked line by line, and ours are all right."""

import json
from collections import Counter
from pathlib import Path

import pytest

from app.model.training.labelled import (
    ARCHETYPES,
    SHIPPED,
    BadTickets,
    LabelledTicket,
    read_labelled,
    shipped_tickets,
)

LINE = {
    "id": "x-1",
    "channel": "twitter",
    "subject": "",
    "body": "is it down?",
    "requester": {"name": "Ida", "handle": "@ida"},
    "organization": None,
    "tags": [],
    "public": True,
    "gold": "stability_complaint",
    "also_ok": ["general_question"],
    "hard": False,
    "why": "asks whether it is down",
}


def test_ours_cover_every_archetype_with_at_least_fifty() -> None:
    counted = Counter(ticket.gold for ticket in shipped_tickets())
    assert set(counted) == set(ARCHETYPES)
    assert min(counted.values()) >= 50
    assert sum(counted.values()) >= 1_360


def test_a_third_of_ours_are_hard() -> None:
    tickets = shipped_tickets()
    assert sum(ticket.hard for ticket in tickets) >= len(tickets) / 3


def line_of(ticket: LabelledTicket) -> str:
    """The one way a line looks, so that a change of one ticket is a change of one line."""
    fields = ticket.model_dump(mode="json")
    fields["requester"] = ticket.requester.model_dump(mode="json", exclude_none=True)
    return json.dumps(fields, ensure_ascii=False) + "\n"


def test_our_files_look_the_one_way_and_are_sorted() -> None:
    for file in SHIPPED.glob("*.jsonl"):
        tickets = read_labelled(file)
        assert file.read_text(encoding="utf-8") == "".join(map(line_of, tickets)), file.name
        assert [ticket.id for ticket in tickets] == sorted(ticket.id for ticket in tickets), file.name


def test_our_readme_names_every_archetype() -> None:
    readme = (SHIPPED / "README.md").read_text(encoding="utf-8")
    assert [name for name in ARCHETYPES if f"**{name}**" not in readme] == []


def test_a_line_becomes_the_ticket_that_the_service_would_have_read() -> None:
    ticket = LabelledTicket.model_validate({**LINE, "organization": "Acme", "tags": ["blog"]}).ticket()
    assert (ticket.channel, ticket.body, ticket.requester.handle) == ("twitter", "is it down?", "@ida")
    assert ticket.organization is not None
    assert ticket.organization.name == "Acme"
    assert ticket.tags == ("blog",)


def test_every_bad_line_is_named_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    lines = [
        json.dumps(LINE),
        "{broken",
        "",
        json.dumps({**LINE, "id": "x-2", "gold": "Not A Name"}),
        json.dumps(LINE),
        json.dumps({**LINE, "id": "x-3", "also_ok": ["stability_complaint"]}),
        json.dumps({**LINE, "id": "x-4", "chanel": "twitter"}),
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(BadTickets) as caught:
        read_labelled(file)
    assert [(bad.file, bad.line) for bad in caught.value.lines] == [("mine.jsonl", line) for line in (2, 4, 5, 6, 7)]
    said = str(caught.value)
    assert "mine.jsonl:2: not JSON" in said
    assert "mine.jsonl:5: the id x-1 is taken by mine.jsonl:1" in said
    assert "mine.jsonl:7: chanel" in said


def test_only_the_needed_fields_must_be_there(tmp_path: Path) -> None:
    file = tmp_path / "theirs.jsonl"
    file.write_text('{"id": "1", "channel": "email", "body": "hi", "gold": "house_rule"}\n', encoding="utf-8")
    (ticket,) = read_labelled(file)
    assert ticket.right == {"house_rule"}


def test_a_line_separator_inside_a_text_does_not_end_the_line(tmp_path: Path) -> None:
    file = tmp_path / "odd.jsonl"
    file.write_text(json.dumps({**LINE, "body": "one\u2028two"}, ensure_ascii=False) + "\n", encoding="utf-8")
    assert read_labelled(file)[0].body == "one\u2028two"
