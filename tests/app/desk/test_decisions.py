"""The list of decisions: what it shows, by which filters, page by page, and how it follows what happens."""

from __future__ import annotations

import json
import re

import pytest

from app.desk.shared_ticks import TICK_SECONDS
from tests.support.desk import Desk

HOME = "/desk/decisions"
HOSTILE = "<script>alert(1)</script>\"' onmouseover=x {{ 7*1234567 }} </textarea>"


def ids(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'href="/desk/tickets/(\d+)"', page)]


@pytest.fixture(autouse=True)
def _signed_in(desk: Desk) -> None:
    desk.sign_in("read")


def test_nothing_yet_nothing_like_this_and_no_older_ones_are_said_apart(desk: Desk) -> None:
    assert "Nothing was decided yet" in desk.get(HOME).text
    desk.decision()
    nothing = desk.get(f"{HOME}?state=failed").text
    assert "No decision is like this" in nothing
    assert f'<a href="{HOME}">Clear the filter</a>' in nothing
    assert "There are no older ones" in desk.get(f"{HOME}?before=1").text


def test_each_filter_of_the_address_is_in_the_form_and_in_the_rows(desk: Desk) -> None:
    desk.decision(ticket_id=1, archetype="mention", channel="forum", state="failed", decided_by="model")
    desk.decision(ticket_id=2, confidence="low")
    for query, expected in {
        "": [2, 1],
        "archetype=mention": [1],
        "channel=forum": [1],
        "state=failed": [1],
        "by=model": [1],
        "by=route": [2],
        "confidence=low": [2],
        "q=1": [1],
        "q=10.4": [2, 1],
        "corrected=yes": [],
        "corrected=no": [2, 1],
        "from=2026-01-01&to=2026-01-01": [2, 1],
        "from=2026-01-02": [],
        "archetype=&channel=&from=&to=&corrected=&q=": [2, 1],
    }.items():
        page = desk.get(f"{HOME}?{query}").text
        assert ids(page) == expected, query
        assert [row["ticket_id"] for row in desk.get(f"{HOME}.json?{query}").json()["decisions"]] == expected
    chosen = desk.get(f"{HOME}?archetype=mention&by=model&q=%22x").text
    assert '<option value="mention" selected>' in chosen
    assert '<option value="model" selected>' in chosen
    assert 'value="&#34;x"' in chosen


def test_a_value_that_does_not_fit_is_named(desk: Desk) -> None:
    answer = desk.get(f"{HOME}?from=yesterday")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert "does not fit: from" in answer.text
    assert desk.get(f"{HOME}.json?before=x").json()["detail"].endswith("before.")


def test_pages_follow_one_another(desk: Desk) -> None:
    for _ in range(51):
        desk.decision()
    first = desk.get(f"{HOME}?state=done").text
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    assert "state=done" in older[1]
    second = desk.get(older[1].replace("&amp;", "&")).text
    assert ids(first) + ids(second) == list(range(151, 100, -1))
    assert 'rel="next"' not in second


def test_an_open_page_keeps_its_rows_and_says_how_many_are_newer(desk: Desk) -> None:
    desk.decision(ticket_id=1)
    page = desk.get(HOME).text
    live = re.search(r'id="live" hx-get="([^"]+)".* hx-ptag="(\w+)"', page)
    assert live
    address, tag = live[1].replace("&amp;", "&"), live[2]
    assert desk.tick(address, "other").status_code == 200
    unchanged = desk.tick(address, desk.tick(address).headers["hx-ptag"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    desk.decision(ticket_id=2)
    desk.clock.advance(TICK_SECONDS)
    news = desk.tick(address, tag)
    assert ids(news.text) == [1]
    assert "1 newer: show" in news.text
    assert "<html" not in news.text
    assert news.headers["vary"] == "HX-Request, HX-Request-Type"


def test_a_filter_that_changes_in_place_gets_the_whole_page(desk: Desk) -> None:
    answer = desk.get(f"{HOME}?state=failed", **{"HX-Request": "true", "HX-Request-Type": "full"})
    assert "<html" in answer.text


def test_an_empty_page_that_is_open_shows_what_comes(desk: Desk) -> None:
    page = desk.get(f"{HOME}?state=failed").text
    live = re.search(r'id="live" hx-get="([^"]+)"', page)
    assert live
    desk.decision(ticket_id=1, state="failed")
    assert ids(desk.tick(live[1].replace("&amp;", "&")).text) == [1]


def test_a_change_of_a_row_is_news(desk: Desk) -> None:
    made = desk.decision(state="working", finished_at=None)
    tag = desk.tick(f"{HOME}?upto=1").headers["hx-ptag"]
    desk.records.decisions.update(made.run_id, state="done")
    desk.clock.advance(TICK_SECONDS)
    assert desk.tick(f"{HOME}?upto=1", tag).status_code == 200


def test_the_twin_says_what_the_page_says(desk: Desk) -> None:
    desk.decision(archetype=None, confidence=None, decided_by="none")
    twin = desk.get(f"{HOME}.json").json()
    assert twin["as_of"] == "2026-01-01T12:00:00+00:00"
    row = twin["decisions"][0]
    assert (row["archetype"], row["decided_by"], row["corrected"], row["issues"]) == (None, "none", False, [])
    assert "trace" not in json.dumps(twin)
    page = desk.get(HOME).text
    assert "left to a person" in page
    assert "as of <time" in page
    assert f'<link rel="alternate" type="application/json" href="{HOME}.json">' in page


def test_hostile_texts_stay_texts(desk: Desk) -> None:
    desk.decision(ticket={"subject": HOSTILE, "body": HOSTILE}, summary=HOSTILE, decided_by=f"route:{HOSTILE}")
    for address in (HOME, f"{HOME}?archetype={HOSTILE}&by={HOSTILE}&q=alert", f"{HOME}?q={HOSTILE}"):
        page = desk.web.request("GET", address).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
        assert "8641969" not in page


def test_ids_are_unique(desk: Desk) -> None:
    """Or a tick would take the focus from where it is."""
    desk.decision(ticket_id=1)
    desk.decision(ticket_id=1, state="waiting")
    found = re.findall(r' id="([^"]+)"', desk.get(HOME).text)
    assert len(found) == len(set(found))
