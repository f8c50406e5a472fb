"""What was left out can be looked at, with its reason, and taken after all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import HTTPException

from app.web.api.mentions import newest, take
from app.work.messages import Work
from tests.app.work.mentions.conftest import POST, Mentioned, mentioned

__all__ = ["mentioned"]


class Accepting:
    """An engine that writes work and rows in one transaction."""

    def __init__(self, mentioned: Mentioned) -> None:
        self.works: list[Work] = []
        self._engine = mentioned.deps.records.engine

    def accept(self, batch: list[Work], along: Any) -> None:
        with self._engine.begin() as connection:
            along(connection)
        self.works += batch


@pytest.fixture
def service(mentioned: Mentioned) -> Any:
    engine = Accepting(mentioned)
    return cast(
        "Any", SimpleNamespace(deps=SimpleNamespace(records=mentioned.deps.records, engine=engine, now=mentioned.clock))
    )


def test_what_was_left_out_is_listed_with_its_reason(mentioned: Mentioned) -> None:
    mentioned.take(left_out="no words")
    mentioned.take(id="8", url="https://e.org/8", text="Another post about gitlab runners")
    (found,) = newest(mentioned.deps.records, state="left_out", limit=10).mentions
    assert (found.post_id, found.why, found.text, found.author, found.feed) == (
        "7",
        "no words",
        POST["text"],
        "ada",
        "hn",
    )


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 1),
        ({"source": "reddit"}, 0),
        ({"thread": "https://news.ycombinator.com/item?id=1"}, 1),
        ({"state": "gone"}, 0),
    ],
)
def test_mentions_are_chosen(mentioned: Mentioned, wanted: dict[str, Any], count: int) -> None:
    mentioned.take()
    assert len(newest(mentioned.deps.records, **wanted).mentions) == count


def test_one_that_was_left_out_is_taken_once(mentioned: Mentioned, service: Any) -> None:
    stored = mentioned.take(left_out="no words")
    for _ in range(2):
        assert take(stored.id, service).state == "waiting"
    assert {one.message.key for one in service.deps.engine.works} == {f"mention:{stored.id}"}
    assert mentioned.take(left_out="no words").state == "waiting", "a filter does not take it back"
    assert mentioned.create(stored).ticket_id == 1


def test_one_that_has_a_ticket_or_is_gone_cannot_be_taken(mentioned: Mentioned, service: Any) -> None:
    stored = mentioned.create(mentioned.take())
    refused = {}
    for name in ("has_ticket", "gone", "forgotten", "unknown"):
        if name == "gone":
            mentioned.take(deleted=True)
        if name == "forgotten":
            stored = mentioned.take(id="8", url="https://e.org/8", left_out="no words")
            mentioned.deps.records.mentions.prune_texts("9999", limit=10)
        with pytest.raises(HTTPException) as error:
            take(stored.id if name != "unknown" else 99, service)
        refused[name] = (error.value.status_code, error.value.detail)
    assert refused == {
        "has_ticket": (409, "It is ticket 1."),
        "gone": (409, "The post was deleted."),
        "forgotten": (409, "Its text is too old to be kept."),
        "unknown": (404, "There is no mention 99."),
    }
