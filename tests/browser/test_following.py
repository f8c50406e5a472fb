"""A page that is open, in a real browser: what news leave alone, when it stops asking, and second clicks."""

from __future__ import annotations

import pytest

from app.desk.shared_ticks import TICK_SECONDS
from app.records.links import Link
from app.records.pauses import Pause
from tests.browser.conftest import Served

FAILURES = "/desk/failures"
TICK = "document.body.dispatchEvent(new CustomEvent('desk:tick'))"


def test_news_close_nothing_and_take_back_only_a_first_click_on_something_else(served: Served) -> None:
    desk = served.desk
    desk.failure()
    page = served.page(at=FAILURES)
    page.click("summary:text('Ignore')")
    page.fill(".ignore input", "it is known")
    page.click("text=Retry 1")
    desk.records.pauses.set(Pause("issues", desk.clock().isoformat(), "Ada", "a migration"))
    page.evaluate(TICK)
    page.wait_for_selector("text=Nothing goes to GitLab")
    assert page.locator(".do details[open]").count() == 1
    assert page.input_value(".ignore input") == "it is known"
    assert page.locator(".causes button").text_content() == "Retry 1 now"
    desk.failure()
    desk.clock.advance(TICK_SECONDS)
    page.evaluate(TICK)
    page.locator(".causes button", has_text="Retry 2").wait_for()
    assert page.locator(".causes button").text_content() == "Retry 2"
    page.click("text=Retry 2")
    assert page.locator(".causes button").text_content() == "Retry 2 now"
    assert desk.records.failures.count_open() == 2
    page.click("text=Retry 2 now")
    page.wait_for_selector("text=2 being tried again")


def test_a_first_click_does_not_wait_for_ever(served: Served) -> None:
    desk = served.desk
    desk.decision(ticket_id=7)
    link = Link(7, "issue", 5, "g/p", 9, "https://gitlab.example/9", "opened", "opened")
    desk.records.links.save(link, now=desk.clock().isoformat())
    page = served.page(at="")
    page.clock.install()
    page.goto("/desk/tickets/7")
    page.click("text=Remove")
    assert page.text_content("#said") == "Remove for good?: press again."
    page.clock.fast_forward(10_000)
    assert page.locator("text=Remove for good?").count() == 0
    page.goto(FAILURES)
    page.click(".pause button")
    assert page.text_content(".pause button") == "Pause now"
    page.select_option("[name=what]", "replies")
    assert page.text_content(".pause button") == "Pause"


@pytest.mark.parametrize(("status", "said"), [(404, "This page stands still: It is gone."), (429, "does not answer")])
def test_what_will_not_change_is_not_asked_again(served: Served, status: int, said: str) -> None:
    served.expected = (str(status),)
    page = served.page(at="")
    page.clock.install()
    page.goto("/desk/decisions")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.route("**/desk/decisions*", lambda route: route.fulfill(status=status, json={"detail": "It is gone."}))
    page.evaluate(TICK)
    page.get_by_text(said).wait_for()
    asked.clear()
    if status == 429:
        with page.expect_request("**/desk/decisions*"):
            page.clock.run_for(60_000)
    else:
        page.clock.run_for(60_000)
        assert asked == []


def test_where_many_read_a_page_asks_less_often_and_says_as_of_when(served: Served) -> None:
    page = served.page(at="")
    page.clock.install()
    page.goto("/desk/decisions")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    headers = {"next-tick": "20", "as-of": "2026-01-01T11:59:48+00:00", "hx-ptag": "x"}
    page.route("**/desk/decisions*", lambda route: route.fulfill(status=304, headers=headers))
    page.evaluate(TICK)
    page.locator("#as-of", has_text="11:59:48").wait_for()
    with page.expect_response("**/desk/decisions*"):
        page.clock.run_for(5_000)  # this one was set before it was told
    asked.clear()
    page.clock.run_for(19_000)
    assert asked == []
    with page.expect_response("**/desk/decisions*"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # as by whoever comes back to it
    with page.expect_request("**/desk/decisions*"):
        page.clock.run_for(1_000)
    assert page.locator(".asof.old").count() == 0


def test_on_paper_nothing_is_folded_away(served: Served) -> None:
    far = ({"asked": "route:far", "archetype": "spam", "line": 1, "detail": "no word"},)
    near = ({"asked": "route:near", "archetype": "spam", "line": 2, "detail": "one word", "match_score": 0.5},)
    served.desk.decision(ticket_id=7, trace=far + near)
    page = served.page("read", at="/desk/tickets/7")
    assert not page.locator(".far li").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".far li").is_visible()


def test_a_narrow_table_is_still_one_for_those_who_hear_it(served: Served) -> None:
    """Chromium's own tree: what is drawn as cards keeps its rows and the names of its columns."""
    served.desk.decision()
    page = served.page("read", width=360)
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    roles = [one["role"]["value"] for one in tree if not one["ignored"]]
    assert {"table", "row", "cell", "columnheader"} <= set(roles)
    tables = [one["name"]["value"] for one in tree if not one["ignored"] and one["role"]["value"] == "table"]
    assert tables == ["Decisions, the newest first"]
