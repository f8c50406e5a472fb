"""What open pages ask by themselves costs little, however many they are, and hides nothing that a person just did."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app.desk.session import RECALLED
from app.desk.shared_ticks import MOST_SECONDS, NEXT_TICK, PER_SECOND, TICK_SECONDS
from tests.support.desk import TICK, Desk

FAILURES = "/desk/failures"
LISTED = "/desk/decisions?state=failed"


@pytest.fixture
def statements(desk: Desk) -> Iterator[list[str]]:
    """What was asked of the database, by whatever thread."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield asked
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


def another(desk: Desk, role: str = "read", name: str = "Ada") -> str:
    """The cookie of one more who is signed in."""
    desk.web.cookies.clear()
    desk.sign_in(role, name)
    return desk.cookie


def test_who_follows_one_backtest_gets_what_is_so_now(desk: Desk, statements: list[str]) -> None:
    another(desk, name="Bob")
    for _ in range(2):
        statements.clear()
        assert desk.get(LISTED, **{"HX-Request": "true", "HX-PTag": "x"}).status_code == 200
        assert statements


def test_a_second_page_asks_nothing_of_the_database(desk: Desk, statements: list[str]) -> None:
    another(desk, name="Bob")
    first = desk.tick(LISTED)
    tag, asked = first.headers["hx-ptag"], len(statements)
    assert (first.status_code, asked > 0) == (200, True)
    statements.clear()
    for given, status in ((tag, 304), ("older", 200)):
        answer = desk.tick(LISTED, given)
        assert (answer.status_code, answer.text) == (status, first.text if status == 200 else "")
        assert answer.headers["as-of"] == desk.clock().isoformat(timespec="seconds")
        assert answer.headers["hx-ptag"] == tag
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert statements == []
    another(desk, name="Ada")
    statements.clear()
    assert desk.tick(LISTED, tag).status_code == 304
    assert len(statements) == 1  # the session of the other one


def test_the_next_tick_of_the_same_page_is_asked_anew(desk: Desk, statements: list[str]) -> None:
    desk.sign_in("read")
    tag = desk.tick(FAILURES).headers["hx-ptag"]
    desk.failure()
    desk.clock.advance(TICK_SECONDS)
    assert "GitLab answered 503" in desk.tick(FAILURES, tag).text


def test_of_pages_that_ask_at_once_one_is_worked_out(desk: Desk, statements: list[str]) -> None:
    desk.sign_in("read")
    desk.get(FAILURES)

    def asked(count: int) -> int:
        desk.clock.advance(TICK_SECONDS)
        statements.clear()

        async def at_once() -> list[int]:
            headers = {**TICK, "HX-PTag": "older"}
            answers = (desk.web.client.get(FAILURES, headers=headers) for _ in range(count))
            return [one.status_code for one in await asyncio.gather(*answers)]

        assert desk.web.runner.run(at_once()) == [200] * count
        return len(statements)

    assert asked(5) == asked(1)


def test_a_reader_gets_no_buttons_of_one_who_operates(desk: Desk) -> None:
    desk.failure()
    another(desk, "operate")
    assert "/desk/failures/retry" in desk.tick(FAILURES).text
    another(desk, "read")
    assert "/desk/failures/retry" not in desk.tick(FAILURES).text


def test_what_a_person_did_is_in_the_next_tick_of_all(desk: Desk) -> None:
    desk.sign_in()
    tag = desk.tick(FAILURES).headers["hx-ptag"]
    desk.post("/desk/pause", what="issues", reason="a migration")
    paused = desk.tick(FAILURES, tag)
    assert "a migration" in paused.text
    token = {"Authorization": "Bearer token-to-operate"}
    assert desk.web.request("POST", "/api/resume", json={}, headers=token).status_code == 200
    assert "a migration" not in desk.tick(FAILURES, paused.headers["hx-ptag"]).text


def test_whoever_is_signed_out_gets_no_news_any_more(desk: Desk) -> None:
    desk.sign_in("read")
    cookie = {"Cookie": f"__Host-desk={desk.cookie}"}
    assert desk.tick(FAILURES).status_code == 200
    desk.post("/logout")
    answer = desk.get(FAILURES, **cookie, **TICK, **{"HX-PTag": "x"})
    assert (answer.status_code, answer.json()) == (401, {"detail": "You are signed out."})


def test_signing_out_on_another_machine_ends_ticks_soon_and_pages_at_once(desk: Desk) -> None:
    desk.sign_in("read")
    desk.tick(FAILURES)
    desk.records.sessions.end_idle(seen_before=desk.clock().isoformat(), now=desk.clock().isoformat())
    assert desk.get(FAILURES).status_code == 303
    assert desk.tick(FAILURES).status_code == 200
    desk.clock.advance(RECALLED.total_seconds())
    assert desk.tick(FAILURES).status_code == 401


def test_where_many_pages_differ_each_is_told_to_ask_less_often(desk: Desk) -> None:
    desk.sign_in("read")
    assert desk.tick(FAILURES).headers[NEXT_TICK] == str(TICK_SECONDS)
    for number in range(1, 6 * PER_SECOND + 1):
        last = desk.tick(f"/desk/audit?before={number}")
    assert last.headers[NEXT_TICK] == "6"
    desk.clock.advance(MOST_SECONDS)
    desk.tick(FAILURES)
    assert desk.tick(FAILURES).headers[NEXT_TICK] == str(TICK_SECONDS)
