"""The playground: what edited rules make of a text, and where they have mistakes. Nothing is stored."""

from __future__ import annotations

import json

import pytest

from tests.support.desk import Desk
from tests.support.tried_rules import EDITED, RULES, send, with_rules

PAGE = "/desk/playground"
BROKEN = "broken since 17.3"
HOSTILE = "</textarea><script>alert(1)</script>\"' onmouseover=x {{ 7*1234567 }}"


@pytest.fixture(autouse=True)
def _signed_in(desk: Desk) -> None:
    with_rules(desk)
    desk.sign_in("read")


def twin(desk: Desk, query: str) -> dict[str, object]:
    answer: dict[str, object] = desk.get(f"{PAGE}.json?{query}").json()
    return answer


def test_it_begins_with_the_files_in_force_and_no_verdict(desk: Desk) -> None:
    shown = twin(desk, "")
    assert shown["verdicts"] is None
    assert shown["files"]["routing.yaml"] == RULES.routing_text  # type: ignore[index]
    assert shown["changed"] == {"routing.yaml": 0, "macros.yaml": 0, "routing.tests.yaml": 0}
    page = desk.get(PAGE).text
    assert "Write a text to see" in page
    assert '<textarea name="routing.yaml"' in page


def test_the_address_can_hold_the_text_and_the_page_equals_its_twin(desk: Desk) -> None:
    query = f"text={BROKEN}&channel=twitter&from=%40ada&public=no"
    shown = desk.get(f"{PAGE}.json?{query}").json()
    verdict = shown["verdicts"]["in_force"]
    assert (verdict["archetype"], verdict["decided_by"], verdict["public"]) == ("bug_report", "route:it", False)
    page = desk.get(f"{PAGE}?{query}").text
    assert "because of <mark>since</mark>" in page
    assert 'value="@ada"' in page


def test_an_edit_shows_both_versions_and_what_differs(desk: Desk) -> None:
    page = send(desk, PAGE, {"text": BROKEN, "channel": "twitter", "routing.yaml": EDITED}).text
    assert "<del>bug_report</del>" in page
    assert "<ins>mention</ins>" in page
    assert "The service would take these files" in page
    assert "1 line changed" in page


def test_a_mistake_stands_at_its_line_with_what_to_write_instead(desk: Desk) -> None:
    wrong = EDITED.replace("phrases: [since]", "phrasez: [since]").replace("\n", "\r\n")
    page = send(desk, PAGE, {"text": BROKEN, "routing.yaml": wrong}).text
    line = next(at for at, text in enumerate(wrong.split("\n"), start=1) if "phrasez" in text)
    assert f'data-line="{line}"' in page
    assert 'data-fix-old="phrasez" data-fix-new="phrases"' in page
    assert "1 problem: the service would refuse these files" in page
    assert "the edited ones cannot be loaded" in page


def test_a_script_gets_the_result_alone(desk: Desk) -> None:
    form = {"text": BROKEN, "routing.yaml": EDITED}
    answer = send(desk, PAGE, form, **{"HX-Request": "true"}).text
    assert 'id="answer"' in answer
    assert 'id="problems"' in answer
    assert "<textarea" not in answer


def test_the_rule_tests_run_when_asked(desk: Desk) -> None:
    assert 'aria-label="Rule tests"' not in send(desk, PAGE, {"routing.yaml": EDITED}).text
    page = send(desk, PAGE, {"routing.yaml": EDITED, "run": "tests"}).text
    assert "1 rule test of 2 failed" in page
    assert "archetype: expected `bug_report`, got `mention`" in page.replace("&#39;", "'")
    assert "All 2 rule tests passed" in desk.post(PAGE, run="tests").text


def test_a_ticket_that_cannot_be_read_says_why(desk: Desk) -> None:
    assert "there is no channel `twiter`" in desk.post(PAGE, text=BROKEN, channel="twiter").text


def test_a_ticket_of_the_records_is_filled_in(desk: Desk) -> None:
    desk.decision(ticket_id=7)
    shown = twin(desk, "ticket=7")
    assert shown["ticket"]["text"] == "since 10.4 it is broken"  # type: ignore[index]
    desk.decision(ticket_id=8, ticket={})
    assert desk.get(f"{PAGE}?ticket=8").status_code == 404


def test_an_older_version_can_be_tried(desk: Desk) -> None:
    assert twin(desk, f"rules={RULES.hash}")["edited"] == RULES.hash
    assert desk.get(f"{PAGE}?rules={'0' * 16}").status_code == 404


def test_what_is_written_stays_text(desk: Desk) -> None:
    page = send(desk, PAGE, {"text": HOSTILE, "subject": HOSTILE, "from": HOSTILE, "routing.yaml": HOSTILE}).text
    assert "<script>alert" not in page
    assert "8641969" not in page
    assert HOSTILE not in page


def test_nothing_is_stored(desk: Desk) -> None:
    before = [*desk.records.decisions.newest(limit=9)], desk.records.config_versions.get(RULES.hash)
    send(desk, PAGE, {"text": BROKEN, "routing.yaml": EDITED})
    assert (desk.records.decisions.newest(limit=9), desk.records.config_versions.get(RULES.hash)) == before


def test_a_form_from_elsewhere_is_refused(desk: Desk) -> None:
    answer = send(desk, PAGE, {"text": BROKEN}, **{"Sec-Fetch-Site": "same-site"})
    assert answer.status_code == 403


def test_the_editor_gets_the_schemas(desk: Desk) -> None:
    schemas = json.loads(desk.get(f"{PAGE}/schemas.json").text)
    assert "routes" in schemas["routing.yaml"]["properties"]
    assert {"macros.yaml", "routing.tests.yaml"} <= schemas.keys()
