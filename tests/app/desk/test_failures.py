"""What failed and what waits: by cause, tried again with the count that the button said, or ignored with a reason."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.records.circuits import Circuit
from app.records.pauses import Pause
from tests.support.desk import Desk

PAGE = "/desk/failures"


@pytest.fixture(autouse=True)
def _signed_in(desk: Desk) -> None:
    desk.sign_in()


def test_nothing_open_is_said(desk: Desk) -> None:
    page = desk.get(PAGE).text
    assert "Nothing is open" in page
    assert "One by one" not in page


def test_causes_are_counted_and_only_what_holds_work_can_be_retried(desk: Desk) -> None:
    for _ in range(3):
        desk.failure()
    desk.failure(payload=None)
    desk.failure(reason="forbidden", message="no right")
    twin = desk.get(f"{PAGE}.json").json()
    assert [(one["reason"], one["count"], one["can_retry"]) for one in twin["causes"]] == [
        ("forbidden", 1, 1),
        ("unavailable", 4, 3),
    ]
    assert twin["count_open"] == 5
    page = desk.get(PAGE).text
    assert ">Retry 3</button>" in page
    assert 'data-confirm="Retry 3 now"' in page


def test_a_cause_has_an_address_of_its_own(desk: Desk) -> None:
    desk.failure(message="the one")
    desk.failure(reason="forbidden", message="the other")
    page = desk.get(f"{PAGE}?source=gitlab&step=link_issue&reason=forbidden").text
    assert page.count('class="card failure"') == 1
    assert "No such" not in page


def test_failures_of_a_cause_in_any_state_follow_page_by_page(desk: Desk) -> None:
    wanted = [desk.failure(reason="forbidden", failed_at=f"2026-01-01T12:00:{n // 2:02}+00:00").id for n in range(52)]
    for _ in range(51):
        desk.failure(failed_at="2026-01-02T12:00:00+00:00")
    for one in wanted:
        desk.records.failures.ignore(one or 0, "known")
    address = f"{PAGE}?source=gitlab&step=link_issue&reason=forbidden&state=ignored"
    first = desk.get(address.replace(PAGE, f"{PAGE}.json")).json()
    older = re.search(r'rel="next" href="([^"]+)"', desk.get(address).text)
    assert older
    page = desk.get(older[1].replace("&amp;", "&")).text
    rest = [int(one) for one in re.findall(r'id="f(\d+)"', page)]
    assert [one["id"] for one in first["failures"]] + rest == wanted[::-1]
    assert 'rel="next"' not in page
    assert desk.get(f"{PAGE}?before=x").status_code == 422
    assert "There are no older ones" in desk.get(f"{PAGE}?before=2025-01-01T00:00:00_1").text


def test_the_button_retries_what_it_counted_and_nothing_that_failed_since(desk: Desk) -> None:
    shown = [desk.failure() for _ in range(3)]
    upto = shown[-1].id
    later = desk.failure()
    cause = {"source": "gitlab", "step": "link_issue", "reason": "unavailable", "upto": str(upto)}
    answer = desk.post(f"{PAGE}/retry", **cause)
    assert answer.headers["location"] == f"{PAGE}?said=retried-3"
    assert len(desk.engine.accepted) == 3
    assert [one.id for one in desk.records.failures.newest(limit=9)] == [later.id]
    assert "3 being tried again" in desk.get(answer.headers["location"]).text
    entry = desk.audited()[0]
    assert (entry.what, entry.about) == ("retry", "failures: gitlab, link_issue, unavailable")
    assert desk.post(f"{PAGE}/retry", **{**cause, "upto": "x"}).status_code == 422


def test_one_is_retried_once(desk: Desk) -> None:
    failure = desk.failure()
    back = {"back": "/desk/tickets/100"}
    assert desk.post(f"{PAGE}/{failure.id}/retry", **back).headers["location"] == "/desk/tickets/100"
    again = desk.post(f"{PAGE}/{failure.id}/retry")
    assert again.status_code == 409
    assert "being tried again already" in again.text
    assert desk.post(f"{PAGE}/999/retry").status_code == 404
    assert len(desk.engine.accepted) == 1


def test_one_is_ignored_with_a_reason_only(desk: Desk) -> None:
    failure = desk.failure()
    assert desk.post(f"{PAGE}/{failure.id}/ignore", reason="  ").status_code == 422
    assert desk.audited() == []
    assert desk.post(f"{PAGE}/{failure.id}/ignore", reason="known <b>").headers["location"] == f"{PAGE}?said=ignored"
    assert "Ignored: known &lt;b&gt;" in desk.get(f"{PAGE}?state=ignored").text


def test_what_is_tried_again_already_is_not_left_be(desk: Desk) -> None:
    failure = desk.failure()
    desk.post(f"{PAGE}/{failure.id}/retry")
    assert desk.post(f"{PAGE}/{failure.id}/ignore", reason="known").status_code == 409
    found = desk.records.failures.by_key(failure.key)
    assert found
    assert (found.state, found.because) == ("retried", "")


def test_pause_and_resume_say_who_and_why(desk: Desk) -> None:
    desk.sign_in("operate", "Ada")
    assert desk.post("/desk/pause", what="issues", reason="a migration").status_code == 303
    assert desk.records.pauses.current() == [Pause("issues", desk.clock().isoformat(), "Ada", "a migration")]
    page = desk.get(PAGE).text
    assert "Nothing goes to GitLab" in page
    assert "by Ada: a migration" in page
    assert desk.post("/desk/pause", what="lunch").status_code == 422
    assert desk.post("/desk/resume", what="issues", reason="it is over").status_code == 303
    assert desk.records.pauses.current() == []
    assert [(one.what, one.after) for one in desk.audited()] == [
        ("resume", {"reason": "it is over"}), ("pause", {"reason": "a migration"}),
    ]  # fmt: skip


def test_readers_see_all_of_it_and_no_button(desk: Desk) -> None:
    desk.failure()
    desk.sign_in("read")
    page = desk.get(PAGE).text
    assert "unavailable" in page
    assert 'method="post" action="/desk' not in page


def test_work_that_waits_is_told_by_its_age(desk: Desk) -> None:
    desk.engine.waiting = 1234
    page = desk.get(PAGE).text
    assert '<span class="big">1,234</span>' in page
    assert [one["count"] for one in desk.get(f"{PAGE}.json").json()["work"]["ages"]] == [1234] * 5


def test_who_presses_pause_sees_at_once_that_it_is_paused(desk: Desk) -> None:
    assert "All work is paused" not in desk.get(PAGE).text
    desk.post("/desk/pause", what="all", reason="a migration")
    assert "All work is paused" in desk.get(PAGE).text
    desk.post("/desk/resume", what="all")
    assert "All work is paused" not in desk.get(PAGE).text


def test_a_service_that_was_away_and_is_back_is_named_with_the_time(desk: Desk) -> None:
    since = (desk.clock() - timedelta(days=2)).timestamp()
    back = Circuit("gitlab", "closed", at=since + 1800, opened=since)
    desk.records.circuits.change("gitlab", lambda _known, _now: back, since)
    circuits = desk.get(f"{PAGE}.json").json()["work"]["circuits"]
    away = {one["service"]: one["was_away"] for one in circuits}
    assert away == {"gitlab": {"since": "2025-12-30T12:00:00+00:00", "seconds": 1800}, "zendesk": None}
    assert "did not answer for 30 min" in desk.get(PAGE).text
