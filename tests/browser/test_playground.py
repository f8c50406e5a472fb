"""The playground and labelling in a real browser: the editor under the pages' policy, keys, and without a script."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import DRAWN, Served, axe
from tests.support.tried_rules import EDITED, with_rules

TEXT = "/desk/playground?text=it+is+broken+since+17.3&channel=twitter"
HOSTILE = "<img src=x onerror=\"document.title='got'\">{{ 7*7 }}"


@pytest.fixture(autouse=True)
def works(served: Served) -> list[Any]:
    queued: list[Any] = []
    with_rules(served.desk, works=queued)
    return queued


def write(page: Any, text: str) -> None:
    """Into the editor, as if somebody had typed it."""
    page.evaluate("(text) => ace.edit('editor').session.setValue(text)", text)
    page.get_by_text("Checked at").wait_for()


def test_axe_finds_nothing_and_nothing_sticks_out_beside_a_mistake(served: Served) -> None:
    page = served.page(at=TEXT)
    write(page, EDITED.replace("phrases: [since]", "phrasez: [since]"))
    assert axe(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 800})
    assert axe(page, DRAWN) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_mistake_stands_under_its_line_and_one_click_mends_it(served: Served) -> None:
    page = served.page("read", at=TEXT)
    write(page, EDITED.replace("phrases: [since]", "phrasez: [since]"))
    page.get_by_text("As of the last edit without problems").wait_for()
    line = page.locator("#problems li").get_attribute("data-line")
    page.evaluate("(line) => ace.edit('editor').gotoLine(Number(line), 0)", line)
    page.locator(".under-line button").click()
    page.locator("#answer").get_by_text("bug report → mention").wait_for()
    assert page.locator("#problems .error").count() == 0
    assert page.evaluate("document.querySelector('[name=\"routing.yaml\"]').value") == EDITED


def test_the_editor_is_left_with_keys_and_completes_from_the_schema(served: Served) -> None:
    page = served.page("read", at=TEXT)
    page.locator("#tab-1").focus()
    for key in ("Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.className").startswith("ace_text-input")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('#editor')")
    found = page.evaluate(
        """async () => {
            const schemas = await (await fetch('/desk/playground/schemas.json')).json();
            const at = (text) => {
                const lines = text.split('\\n'), row = lines.length - 1;
                return deskCompletion(lines, row, lines[row].length, schemas['routing.yaml']).map((word) => word.value);
            };
            return {
                top: at(''), route: at('routes:\\n  - name: a\\n    '),
                when: at('routes:\\n  - name: a\\n    when:\\n      '),
                mode: at('routes:\\n  - name: a\\n    mode: '),
                archetype: at('archetypes:\\n  praise:\\n    title: x\\nroutes:\\n  - name: a\\n    archetype: '),
            };
        }"""
    )
    assert {"routes: ", "channels: "} <= set(found["top"])
    assert {"archetype: ", "when: "} <= set(found["route"])
    assert {"phrases: ", "all: "} <= set(found["when"])
    assert set(found["mode"]) == {"live", "suggest", "shadow"}
    assert found["archetype"] == ["praise"]


def test_a_link_to_this_state_brings_it_back_and_the_server_never_sees_it(served: Served) -> None:
    page = served.page("read", at=TEXT)
    write(page, EDITED)
    page.click("#share")
    page.wait_for_url("**#s=*")
    assert "broken" not in page.url
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#answer").get_by_text("bug report → mention").wait_for()
    assert other.input_value("#text") == "it is broken since 17.3"


def test_a_backtest_runs_beside_the_edit(served: Served) -> None:
    served.desk.decision(ticket={"id": 101, "body": "it is broken since 17.3"}, decided_by="route:it")
    page = served.page(at=TEXT)
    write(page, EDITED)
    page.click("#backtest")
    page.get_by_text("treats 1 of 1 otherwise").wait_for()
    page.click("text=See the tickets")
    page.wait_for_url("**/desk/backtest/*")
    assert page.locator("a.row").all_text_contents() == ["#101"]
    served.desk.service.playground.stop()


def test_keys_choose_the_archetype(served: Served, works: list[Any]) -> None:
    for _ in range(2):
        served.desk.decision(decided_by="none", confidence="low", archetype=None)
    page = served.page(at="/desk/labelling")
    page.keyboard.press("s")
    page.wait_for_url("**before=2")
    page.keyboard.press("2")
    page.get_by_text("#101 becomes").wait_for()
    (work,) = works
    assert (work.message.ticket_id, work.message.cause.by) == (101, "Ada")


def test_without_a_script_the_files_are_fields_and_check_is_a_button(served: Served) -> None:
    page = served.page("read", at=TEXT, java_script_enabled=False)
    page.fill("[name='routing.yaml']", EDITED)
    with page.expect_navigation():
        page.click("text=Check and run the rule tests")
    assert "bug report → mention" in page.inner_text("#answer")
    assert "1 rule test of 2 failed" in page.inner_text("#answer")


def test_hostile_texts_run_nothing(served: Served) -> None:
    served.desk.decision(decided_by="none", confidence="low", archetype=None, ticket={"id": 101, "body": HOSTILE})
    page = served.page(at="/desk/playground")
    page.fill("#text", HOSTILE)
    write(page, EDITED.replace("since", HOSTILE.replace('"', "")))
    page.goto("/desk/labelling")
    assert page.title() == "Labelling · Pointsman"
    assert page.locator("main img").count() == 0
