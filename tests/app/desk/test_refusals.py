"""What is refused at the desk is said on a page to people, and as JSON to programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.desk.session import IDLE
from tests.support.desk import OURS, Desk, open_desk

HTML = "text/html; charset=utf-8"
BROWSER = {**OURS, "Accept": "text/html,application/xhtml+xml"}
NEXT_STEP = "Sign in, then press it again."


def test_a_button_that_is_pressed_too_late_leads_back_to_its_page(desk: Desk) -> None:
    desk.sign_in()
    desk.clock.advance(IDLE.total_seconds())
    headers = {**BROWSER, "Referer": "https://desk.example.org/desk/tickets/7?run=a"}
    answer = desk.post("/desk/tickets/7/links", headers, following="paused")
    assert (answer.status_code, answer.headers["content-type"]) == (401, HTML)
    assert NEXT_STEP in answer.text
    assert 'name="next" value="/desk/tickets/7?run=a"' in answer.text


@pytest.mark.parametrize("referer", ["", "https://evil.example/x", "https://desk.example.org//evil.example"])
def test_what_no_page_of_ours_was_leads_home(desk: Desk, referer: str) -> None:
    answer = desk.post("/desk/pause", {**BROWSER, "Referer": referer})
    assert 'name="next" value="/desk/decisions"' in answer.text


def test_a_reader_and_a_page_elsewhere_are_told_on_a_page(desk: Desk) -> None:
    desk.sign_in("read")
    for headers, said in ((BROWSER, "You may look"), ({**BROWSER, "Sec-Fetch-Site": "cross-site"}, "not come from")):
        answer = desk.post("/desk/pause", headers)
        assert (answer.status_code, answer.headers["content-type"]) == (403, HTML)
        assert said in answer.text
    assert desk.post("/desk/pause", {**OURS, "HX-Request": "true"}).json()["detail"].startswith("You may look")


def test_over_plain_http_the_way_is_named(desk: Desk) -> None:
    answer = desk.post("/login", {"Origin": "http://desk.example.org:8080"}, token="x")
    assert answer.status_code == 403
    assert "Open it at https://desk.example.org/desk" in answer.text


def test_what_goes_wrong_inside_is_told_on_a_page_without_its_words(tmp_path: Path) -> None:
    def broken() -> Any:
        raise RuntimeError("words of a ticket")

    with open_desk(tmp_path, labelling=broken) as desk:
        desk.sign_in()
        answer = desk.get("/desk/labelling")
        assert (answer.status_code, answer.headers["content-type"]) == (500, HTML)
        assert "went wrong on our side" in answer.text
        assert "words of a ticket" not in answer.text
        assert desk.get("/desk/labelling.json").json() == {"detail": "This went wrong on our side; the log has it."}


@pytest.mark.parametrize(
    "path",
    ["/desk/decisions?to=9999-12-31", "/desk/times?to=0001-01-02", "/desk/times?from=2101-01-01&to=2101-01-01"],
)
def test_days_that_nobody_means_are_refused(desk: Desk, path: str) -> None:
    desk.sign_in("read")
    assert desk.get(path).status_code == 422


@pytest.mark.parametrize("path", ["/desk/decisions?before=&from=&to=", "/desk/times?from=&to="])
def test_what_is_empty_is_not_there(desk: Desk, path: str) -> None:
    desk.sign_in("read")
    assert desk.get(path).status_code == 200


@pytest.mark.parametrize("wrong", [{"text": "x" * 70_000}, {"public": "perhaps"}, {"channel": "c" * 65}])
def test_a_text_that_does_not_fit_is_refused_and_named(desk: Desk, wrong: dict[str, str]) -> None:
    desk.sign_in()
    answer = desk.post("/desk/playground", **wrong)
    assert answer.status_code == 422
    assert f"A value does not fit: {next(iter(wrong))}." in answer.text


def test_a_form_of_too_many_fields_or_digits_is_refused(desk: Desk) -> None:
    desk.sign_in()
    assert desk.post("/desk/pause", **{f"f{number}": "" for number in range(101)}).status_code == 422
    cause = {"source": "gitlab", "step": "link_issue", "reason": "unavailable"}
    for upto in ("9" * 5000, "٣", "-1"):
        assert desk.post("/desk/failures/retry", **cause, upto=upto).status_code == 422
    assert desk.audited() == []


@pytest.mark.parametrize("said", ["retried-many", "retried-1 of your secrets", "paused now"])
def test_a_link_puts_no_words_into_a_line_of_ours(desk: Desk, said: str) -> None:
    desk.sign_in("read")
    assert desk.get(f"/desk/failures.json?said={said}").json()["said"] == ""
    assert desk.get("/desk/failures.json?said=retried-12").json()["said"] == "retried-12"


def test_a_page_that_does_not_follow_answers_a_tick_whole(desk: Desk) -> None:
    desk.sign_in("read")
    answer = desk.tick("/desk/times")
    assert answer.status_code == 200
    assert "<!doctype html>" in answer.text


def test_files_ask_for_no_session(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.sign_in("read")
    monkeypatch.setattr(type(desk.records.sessions), "of", lambda *_: pytest.fail("a query for a file"))
    assert desk.get("/static/000000000000/desk.css").status_code == 404
