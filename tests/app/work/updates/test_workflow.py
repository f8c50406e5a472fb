"""News for tickets stands in no line before new tickets: it is fed, or goes by bulk jobs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from app.work.engine.engine import JSON, Work
from app.work.jobs.backpressure import WORKFLOW as FEED
from app.work.tickets.workflow import WORKFLOW as TRIAGE
from app.work.updates.bulk_notification import SETTLE_SECONDS, Sending, TellMany, tell_many_work
from app.work.updates.bulk_notification import WORKFLOW as TELL_MANY
from app.work.updates.marking import Marking
from app.work.updates.relay_note import RelayNote, relay_work
from tests.app.work.stored import Stored

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NOT_ASKED = cast("Any", None)
"""What only steps use, whose answers are given."""


def news(tickets: range) -> list[JSON]:
    return [{"ticket_id": one, "sentences": ["It is closed."], "reason": None, "issue": {}} for one in tickets]


def relayed(read: JSON) -> list[Work]:
    stored = Stored({"read": read})
    marking = cast("Marking", NOT_ASKED)
    RelayNote(stored.jobs(), NOT_ASKED, NOT_ASKED, marking).relay(dict(relay_work(1, 2, 3, NOW).payload))
    return stored.works


def of(works: list[Work]) -> list[str]:
    return [work.workflow for work in works]


def in_feed(feed: Work) -> list[str]:
    assert all(one["payload"]["bulk"] for one in feed.payload["works"])
    return [one["key"] for one in feed.payload["works"]]


def test_a_note_for_few_tickets_is_fed_to_them() -> None:
    (feed,) = relayed({"tell": news(range(5)), "bulk": 0})
    assert feed.workflow == FEED
    assert in_feed(feed) == [f"gl:note:1:3:tell:{one}" for one in range(5)]


def test_a_note_for_many_tickets_goes_by_bulk_jobs() -> None:
    works = relayed({"tell": news(range(250)), "bulk": 100})
    assert of(works) == [TELL_MANY] * 3
    assert [len(work.payload["tell"]) for work in works] == [100, 100, 50]


def test_a_note_that_an_older_version_read_goes_on_as_it_began() -> None:
    works = relayed({"tell": news(range(5))})
    assert of(works) == [TRIAGE] * 5
    assert [work.key for work in works] == [f"gl:note:1:3:tell:{one}" for one in range(5)]


def told(delivery: JSON, *, alone: range, unknown: range, stored: Stored) -> list[Work]:
    """What is queued for tickets that a bulk job left."""
    before = len(stored.works)
    stored.answers["send"] = {"job": "", "sent": [], "alone": list(alone), "unknown": list(unknown)}
    TellMany(stored.jobs(), Sending(*[NOT_ASKED] * 5)).tell(delivery)
    return stored.works[before:]


def test_what_a_bulk_job_left_is_fed_and_where_its_fate_is_not_known_once_that_can_be_looked_up() -> None:
    delivery = dict(tell_many_work("news", news(range(100)), NOW).payload)
    alone, unknown = told(delivery, alone=range(60), unknown=range(60, 100), stored=Stored())
    assert of([alone, unknown]) == [FEED, FEED]
    assert (alone.delay, unknown.delay) == (0, SETTLE_SECONDS)
    assert in_feed(alone) + in_feed(unknown) == [f"news:{one}" for one in range(100)], "as the runs that they were"


@pytest.mark.parametrize("lists", [(range(3), range(3, 6)), (range(3), range(0)), (range(0), range(3))])
def test_what_it_leaves_in_another_life_is_not_taken_for_the_same(lists: tuple[range, range]) -> None:
    delivery, stored = dict(tell_many_work("news", news(range(9)), NOW).payload), Stored()
    first = told(delivery, alone=lists[0], unknown=lists[1], stored=stored)
    assert told(delivery, alone=lists[0], unknown=lists[1], stored=stored) == [], "run again, it is"
    second = told({**delivery, "life": 1}, alone=range(9), unknown=range(0), stored=stored)
    assert len(second) == 1
    assert not {work.key for work in first} & {work.key for work in second}


def test_what_an_older_version_sent_goes_on_as_it_began() -> None:
    delivery = dict(tell_many_work("news", news(range(4)), NOW).payload)
    del delivery["feeds"]
    works = told(delivery, alone=range(2), unknown=range(2, 4), stored=Stored())
    assert of(works) == [TRIAGE] * 4
    assert [(work.key, work.delay) for work in works] == [
        ("news:0", 0),
        ("news:1", 0),
        ("news:2", SETTLE_SECONDS),
        ("news:3", SETTLE_SECONDS),
    ]
