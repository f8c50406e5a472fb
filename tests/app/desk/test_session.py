"""Who gets in, for how long, and what ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.datastructures import Headers

from app.desk.access import COOKIE, LoginLimit, forged, forged_login, safe_next
from app.desk.session import IDLE, LONGEST, SEEN_EVERY, SessionBook
from tests.support.desk import OURS, TOKENS, Desk
from tests.support.fakes import NOW

HOME = "/desk/decisions"


def test_without_a_session_a_page_leads_to_the_form_and_back(desk: Desk) -> None:
    assert desk.get(HOME).headers["location"] == "/login"
    asked = desk.get("/desk/decisions?state=failed&q=a%26b")
    assert (asked.status_code, asked.headers["location"].partition("?")[0]) == (303, "/login")
    form = desk.get(asked.headers["location"])
    assert 'value="/desk/decisions?state=failed&amp;q=a%26b"' in form.text
    answer = desk.post("/login", token=TOKENS["operate"], next="/desk/decisions?state=failed&q=a%26b")
    assert answer.headers["location"] == "/desk/decisions?state=failed&q=a%26b"
    assert desk.get(HOME).status_code == 200


def test_programs_and_open_pages_are_told_so_without_a_way(desk: Desk) -> None:
    assert desk.get("/desk/decisions.json").status_code == 401
    assert desk.tick(HOME).status_code == 401


def test_a_link_on_another_site_works_although_the_browser_leaves_the_cookie_out(desk: Desk) -> None:
    answer = desk.get("/desk/decisions?q=%22%3E&state=done", **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert 'content="0; url=/desk/decisions?q=%22%3E&amp;state=done"' in answer.text


def test_the_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts(desk: Desk) -> None:
    header = desk.post("/login", token=TOKENS["read"]).headers["set-cookie"]
    name, _, rest = header.partition("=")
    assert name == COOKIE == "__Host-desk"
    assert rest.split("; ")[1:] == ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"]


def test_nothing_of_cookie_or_token_is_stored(desk: Desk) -> None:
    desk.sign_in()
    with desk.records.engine.connect() as connection:
        stored = str(connection.exec_driver_sql("select * from sessions").fetchall())
    assert desk.cookie not in stored
    assert TOKENS["operate"] not in stored


def test_signing_in_again_ends_the_session_before(desk: Desk) -> None:
    desk.sign_in()
    before = desk.cookie
    desk.sign_in()
    after = desk.cookie
    assert before != after
    desk.web.cookies.set(COOKIE, before, domain="desk.example.org")
    assert desk.get(HOME).status_code == 303


def test_signing_out_ends_it_on_the_server(desk: Desk) -> None:
    desk.sign_in()
    kept = desk.cookie
    assert desk.post("/logout").headers["location"] == "/login"
    desk.web.cookies.set(COOKIE, kept, domain="desk.example.org")
    assert desk.get(HOME).status_code == 303


@pytest.mark.parametrize("token", ["", "wrong", TOKENS["operate"] + "x", TOKENS["operate"][:-1], "\x00é"])
def test_a_wrong_token_opens_nothing(desk: Desk, token: str) -> None:
    answer = desk.post("/login", token=token)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "not the token" in answer.text


def test_after_five_wrong_tokens_the_sixth_must_wait_and_the_right_one_must_not(desk: Desk) -> None:
    statuses = [desk.post("/login", token="wrong").status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert desk.post("/login", token=TOKENS["read"]).status_code == 303
    desk.clock.advance(61)
    assert desk.post("/login", token="wrong").status_code == 401


def test_the_limit_remembers_no_more_than_it_needs() -> None:
    limit = LoginLimit(most=2)
    assert [limit.count(NOW) for _ in range(5)] == [1, 2, 3, 3, 3]
    assert limit.count(NOW + timedelta(seconds=59)) == 3
    assert limit.count(NOW + timedelta(minutes=3)) == 1


def book(desk: Desk, **tokens: str) -> SessionBook:
    return SessionBook(desk.records.sessions, {**TOKENS, **tokens})  # type: ignore[dict-item]


def test_a_session_ends_when_it_is_idle_and_when_it_is_old(desk: Desk) -> None:
    sessions = book(desk)
    value = sessions.begin("Ada", "operate", NOW)
    visitor = sessions.find(value, NOW + IDLE - SEEN_EVERY, uses=True)
    assert visitor
    assert (visitor.name, visitor.role, visitor.may_operate) == ("Ada", "operate", True)
    assert sessions.find(value, NOW + 2 * IDLE - 2 * SEEN_EVERY, uses=True)
    assert sessions.find(value, NOW + 4 * IDLE, uses=True) is None
    now = NOW
    while now < NOW + LONGEST:
        assert sessions.find(value, now, uses=True) or now > NOW + 2 * IDLE
        now += timedelta(hours=1)
    assert sessions.find(value, NOW + LONGEST, uses=True) is None


def test_a_page_that_asks_for_news_by_itself_does_not_keep_a_session_alive(desk: Desk) -> None:
    desk.sign_in()
    for _ in range(4):
        desk.clock.advance(IDLE.total_seconds() / 3)
        last = desk.tick(HOME)
    assert last.status_code == 401


def test_a_changed_token_ends_what_it_began_and_nothing_else(desk: Desk) -> None:
    operates, reads = book(desk).begin("a", "operate", NOW), book(desk).begin("b", "read", NOW)
    changed = book(desk, operate="another-token-to-operate")
    assert changed.find(operates, NOW, uses=True) is None
    assert changed.find(reads, NOW, uses=True)
    without = SessionBook(desk.records.sessions, {"operate": TOKENS["operate"]})
    assert without.find(reads, NOW, uses=True) is None


def test_what_is_over_goes_with_the_rest_that_is_old(desk: Desk) -> None:
    value = book(desk).begin("a", "operate", NOW)
    assert desk.records.sessions.prune((NOW + LONGEST - SEEN_EVERY).isoformat(), limit=9) == 0
    assert desk.records.sessions.prune((NOW + LONGEST).isoformat(), limit=9) == 1
    assert book(desk).find(value, NOW, uses=False) is None


def test_old_sessions_are_deleted(desk: Desk) -> None:
    old = book(desk).begin("a", "operate", NOW)
    new = book(desk).begin("b", "operate", NOW + IDLE)
    assert book(desk).find(old, NOW, uses=False) is None
    assert book(desk).find(new, NOW + IDLE, uses=False)


@pytest.mark.parametrize(
    ("headers", "is_forged"),
    [
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "https://d.example.org"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"origin": "https://d.example.org"}, False),
        ({"origin": "https://d.example.org:8443"}, True),
        ({"origin": "null"}, True),
        ({}, True),
    ],
)
def test_only_our_own_pages_may_post(headers: dict[str, str], *, is_forged: bool) -> None:
    assert forged(Headers(headers), "https://d.example.org") is is_forged
    assert forged_login(Headers(headers), "https://d.example.org") is (is_forged and bool(headers))
    assert forged(Headers({"origin": ""}), "")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_another_page_can_neither_sign_in_nor_out(desk: Desk, site: str) -> None:
    theirs = {**OURS, "Sec-Fetch-Site": site}
    assert desk.post("/login", theirs, token=TOKENS["operate"]).status_code == 403
    desk.sign_in()
    assert desk.post("/logout", theirs).status_code == 403
    assert desk.get(HOME).status_code == 200


@pytest.mark.parametrize(
    ("given", "leads_to"),
    [
        ("/desk/tickets/7?x=1", "/desk/tickets/7?x=1"),
        ("/desk/decisions?q=https://example.org", "/desk/decisions?q=https://example.org"),
        ("/desk/" + "x" * 4000, HOME),
        ("", HOME),
        ("https://evil.example", HOME),
        ("//evil.example", HOME),
        ("/desk//evil.example", HOME),
        ("/\\evil.example", HOME),
        ("/desk/\\evil", HOME),
        ("/desk/a\r\nSet-Cookie: x=1", HOME),
        ("/api/decisions", HOME),
    ],
)
def test_signing_in_leads_to_pages_of_ours_only(given: str, leads_to: str) -> None:
    assert safe_next(given) == leads_to


def test_the_cookie_opens_no_api_and_the_token_no_page(desk: Desk) -> None:
    desk.sign_in()
    assert desk.get("/api/decisions").status_code == 401
    desk.web.cookies.clear()
    bearer = {"Authorization": f"Bearer {TOKENS['operate']}"}
    assert desk.get("/api/decisions", **bearer).status_code == 200
    assert desk.get(HOME, **bearer).status_code == 303


def test_a_printed_link_signs_in_once_and_not_for_long(desk: Desk) -> None:
    link = desk.access.invite()
    assert desk.get(link).headers["location"] == HOME
    assert desk.get(HOME).status_code == 200
    desk.web.cookies.clear()
    again = desk.get(link)
    assert (again.status_code, "set-cookie" in again.headers) == (401, False)
    assert "used before, or is too old" in again.text
    late = desk.access.invite()
    desk.clock.advance(3600)
    assert desk.get(late).status_code == 401
    assert desk.get("/login/once/guessed").status_code == 401


def test_signing_in_and_out_is_written_down(desk: Desk) -> None:
    desk.sign_in("read", "Ada")
    desk.post("/logout")
    desk.post("/logout")
    entries = desk.records.audit.newest()
    assert [(one.name, one.role, one.what) for one in entries] == [
        ("Ada", "read", "sign out"), ("Ada", "read", "sign in"),
    ]  # fmt: skip
    assert len({one.session for one in entries}) == 1


def test_wrong_tokens_in_a_row_are_written_down_once(desk: Desk) -> None:
    for _ in range(8):
        desk.post("/login", token="wrong", name="Ada")
    desk.clock.advance(61)
    desk.post("/login", token="wrong")
    assert [(one.name, one.what) for one in desk.records.audit.newest()] == [("somebody", "sign-in refused")] * 2


@pytest.mark.parametrize(
    ("typed", "shown"),
    [(" Ada\t L. ", "Ada L."), ("a\u202edaL\u200b\x07", "adaL"), ("\u2066", "operator"), ("x" * 99, "x" * 60)],
)
def test_a_name_has_nothing_that_is_not_seen(desk: Desk, typed: str, shown: str) -> None:
    desk.sign_in("operate", typed)
    assert desk.records.audit.newest()[0].name == shown
