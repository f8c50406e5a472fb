"""The list of decisions in a real browser: seen, reached by keys, followed, and read without a script."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Served, axe

HOME = "/desk/decisions"


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 360)])
def test_axe_finds_nothing_and_nothing_sticks_out(served: Served, scheme: str, width: int) -> None:
    served.expected = ("404",)
    served.desk.decision()
    served.desk.decision(archetype=None, confidence=None, state="failed", decided_by="none", channel="unknown")
    served.desk.decision(summary="w" * 400, state="waiting", mode="shadow", decided_by="r" * 100)
    page = served.page(width=width, color_scheme=scheme)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"{HOME}?state=working")
    assert axe(page) == []
    page.goto("/desk/none")
    assert axe(page) == []


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
        with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
            page.evaluate("document.body.dispatchEvent(new CustomEvent('desk:tick'))")
        page.wait_for_selector(f"#d2 .state.{state}")
    assert page.evaluate("document.activeElement.textContent") == "#103"
    assert page.text_content(".newer") == "3 newer: show"
    assert page.evaluate("window.__shifted") == []


def test_polling_stops_once_when_signed_out_and_the_rows_stay(served: Served) -> None:
    served.expected = ("401",)
    served.desk.decision()
    page = served.page()
    page.clock.install()
    page.goto(HOME)
    page.context.clear_cookies()
    with page.expect_response(lambda answer: answer.status == 401):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('desk:tick'))")
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
    page.click("text=Show")
    assert page.locator("a.row").all_text_contents() == ["#102"]
    assert page.locator(".c-when time").first.text_content() == "1 Jan, 12:00"


def test_hostile_texts_run_nothing(served: Served) -> None:
    for text in ("<script>document.title='got'</script>", '"><img src=x onerror="document.title=1">', "{{ 7 * 7 }}"):
        served.desk.decision(ticket={"subject": text, "body": text}, summary=text, decided_by=text, channel=text)
    page = served.page()
    page.goto(f"{HOME}?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    page.goto(HOME)
    assert page.title() == "Decisions · Pointsman"
    assert page.locator("main img, main script").count() == 0
