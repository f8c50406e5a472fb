"""The list of decisions in a real browser: seen, reached by keys, followed, and read without a script."""

from __future__ import annotations

from app.desk.shared_ticks import TICK_SECONDS
from tests.browser.conftest import HOME, Served

TICK = "document.body.dispatchEvent(new CustomEvent('desk:tick'))"


def test_a_filter_changes_the_page_in_place_and_its_address(served: Served) -> None:
    served.desk.decision(state="failed")
    served.desk.decision()
    page = served.page()
    page.evaluate("window.same = true")
    state = page.locator("[name=state]")
    state.focus()
    state.select_option("failed")
    page.wait_for_url("**/desk/decisions?state=failed")
    assert page.locator("a.row").all_text_contents() == ["#101"]
    assert page.evaluate("[window.same, document.activeElement.name]") == [True, "state"]
    assert page.get_attribute("#twin", "href") == "/desk/decisions.json?state=failed"
    with page.expect_response(lambda answer: "state=failed" in answer.url):
        page.evaluate(TICK)
    page.get_by_text("Clear").click()
    page.locator("#d2").wait_for()
    page.go_back()
    page.wait_for_url("**/desk/decisions?state=failed")
    page.locator("#d2").wait_for(state="detached")


def test_a_filter_that_cannot_be_answered_here_leads_to_the_page_that_says_why(served: Served) -> None:
    served.expected = ("401",)
    page = served.page()
    page.context.clear_cookies()
    page.locator("[name=state]").select_option("failed")
    page.wait_for_url("**/login?next=*state*failed")


def test_keys_walk_through_the_rows_and_can_be_switched_off(served: Served) -> None:
    for _ in range(3):
        served.desk.decision()
    page = served.page()
    focused = "document.activeElement.textContent"
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate(focused) == "#102"
    page.keyboard.press("k")
    assert page.evaluate(focused) == "#103"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("jk?")
    assert page.input_value("#find") == "jk?"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") != "A"


def test_a_tick_keeps_the_focus_and_shifts_nothing(served: Served) -> None:
    for _ in range(3):
        served.desk.decision()
    page = served.page()
    page.keyboard.press("j")
    for state in ("waiting", "failed", "done"):
        served.desk.records.decisions.update("run-2", state=state)
        served.desk.decision()
        served.desk.clock.advance(TICK_SECONDS)
        with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
            page.evaluate(TICK)
        page.wait_for_selector(f"#d2 .state.{state}")
    assert page.evaluate("document.activeElement.textContent") == "#103"
    assert page.text_content(".newer") == "3 newer: show"
    assert page.evaluate("window.__shifted") == []


def test_polling_stops_once_when_signed_out_and_the_rows_stay(served: Served) -> None:
    served.expected = ("401",)
    served.desk.decision()
    page = served.page(at="")
    page.clock.install()
    page.goto(HOME)
    page.context.clear_cookies()
    with page.expect_response(lambda answer: answer.status == 401):
        page.evaluate(TICK)
    page.wait_for_selector("#live-state a")
    assert "signed out" in (page.text_content("#live-state") or "")
    assert page.locator("a.row").count() == 1
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.clock.fast_forward(600_000)
    assert asked == []


def test_without_a_script_there_are_lists_filters_and_absolute_times(served: Served) -> None:
    served.desk.decision()
    served.desk.decision(state="failed")
    page = served.page("read", java_script_enabled=False)
    page.select_option("[name=state]", "failed")
    with page.expect_navigation():
        page.click("text=Show")
    assert page.locator("a.row").all_text_contents() == ["#102"]
    assert page.locator(".c-when time").first.text_content() == "1 Jan, 12:00"
