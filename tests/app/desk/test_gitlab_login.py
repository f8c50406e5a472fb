"""Named people sign in with GitLab: the whole way, against the sandbox's GitLab, and each way of cheating on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from app.desk.gitlab_door import COOKIE as LOGIN_COOKIE
from app.desk.people import MOST_AT_ONCE
from app.desk.session import SessionBook
from integrations.sandbox import GitlabSandbox
from integrations.sandbox.clock import Clock as SandboxClock
from tests.support.desk import ORIGIN, OURS, TOKENS, Desk, open_desk
from tests.support.fakes import NOW
from tests.support.loopback import WEB

BEGIN, BACK = "/login/gitlab", "/login/gitlab/callback"
PAGE = "/desk/decisions?state=failed"


@pytest.fixture(scope="module")
def gitlab() -> Iterator[GitlabSandbox]:
    clock = SandboxClock()
    clock.hold(NOW)
    sandbox = GitlabSandbox(clock)
    sandbox.start()
    for name, *groups in (("ada", "community/ops"), ("grace", "community"), ("mallory", "community-fans")):
        sandbox.add_person(name)
        sandbox.set_groups(name, *groups)
    sandbox.return_only_to(ORIGIN + BACK)
    yield sandbox
    sandbox.stop()


def settings_of(gitlab: GitlabSandbox, **other: object) -> dict[str, object]:
    return {
        "gitlab_url": gitlab.url,
        "desk_gitlab_id": gitlab.application_id,
        "desk_gitlab_secret": SecretStr(gitlab.application_secret),
        "desk_operators": ("community/ops", "@emil"),
        "desk_readers": ("community",),
        **other,
    }


@pytest.fixture
def desk(tmp_path: Path, gitlab: GitlabSandbox) -> Iterator[Desk]:
    with open_desk(tmp_path, settings=settings_of(gitlab)) as opened:
        yield opened


def code_of(desk: Desk, person: str, target: str = "") -> dict[str, str]:
    """What GitLab sends the browser back with."""
    answer = desk.get(f"{BEGIN}?next={target.replace('?', '%3F')}")
    assert answer.status_code == 303
    asked = urlsplit(answer.headers["location"])
    chosen = WEB.get(f"{asked.scheme}://{asked.netloc}{asked.path}/{person}?{asked.query}")
    back = urlsplit(chosen.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == ORIGIN + BACK
    return {name: values[0] for name, values in parse_qs(back.query).items()}


def come_back(desk: Desk, given: dict[str, str]) -> httpx.Response:
    return desk.get(str(httpx.URL(BACK, params=given)), **{"Sec-Fetch-Site": "cross-site"})


def sign_in(desk: Desk, person: str, target: str = "") -> httpx.Response:
    return come_back(desk, code_of(desk, person, target))


def test_a_person_signs_in_and_the_audit_names_them(desk: Desk) -> None:
    assert BEGIN in desk.get("/login?next=/desk/rules").text
    answer = sign_in(desk, "ada", PAGE)
    assert answer.status_code == 200
    assert f'content="0; url={PAGE}"' in answer.text
    page = desk.get(PAGE)
    assert "@ada" in page.text
    entry = desk.records.audit.newest()[0]
    assert (entry.name, entry.role, entry.what) == ("@ada", "operate", "sign in")
    assert list(entry.after) == ["gitlab_id"]
    failure = desk.failure()
    assert desk.post(f"/desk/failures/{failure.id}/ignore", reason="seen").status_code == 303
    assert desk.audited()[0].name == "@ada"


def test_groups_and_names_give_the_role(desk: Desk) -> None:
    for person, role in (("emil", "operate"), ("grace", "read")):
        assert sign_in(desk, person).status_code == 200
        assert desk.records.audit.newest()[0].role == role
    assert desk.post("/desk/failures/1/ignore", reason="x").status_code == 403


def test_a_name_that_only_begins_like_a_listed_one_opens_nothing(desk: Desk) -> None:
    answer = sign_in(desk, "mallory")
    assert answer.status_code == 403
    assert "GitLab knows you as @mallory, who may not use this desk" in answer.text
    assert not desk.cookie
    assert [(one.name, one.what) for one in desk.records.audit.newest()] == [("@mallory", "sign-in refused")]


def test_the_cookie_of_the_way_holds_for_one_answer_and_is_out_of_reach(desk: Desk) -> None:
    header = desk.get(BEGIN).headers["set-cookie"]
    assert header.startswith(f"{LOGIN_COOKIE}=")
    assert header.endswith("; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax")
    given = code_of(desk, "ada")
    assert come_back(desk, given).status_code == 200
    again = come_back(desk, given)
    assert (again.status_code, "begun elsewhere" in again.text) == (400, True)


def test_another_browser_cannot_be_signed_in_with_somebodys_code(desk: Desk) -> None:
    theirs = code_of(desk, "ada")
    code_of(desk, "ada")  # the browser's own sign-in, with another state
    assert come_back(desk, theirs).status_code == 400
    desk.web.cookies.clear()
    assert come_back(desk, theirs).status_code == 400
    assert not desk.cookie


@pytest.mark.parametrize("part", [0, 1, 2], ids=["state", "nonce", "verifier"])
def test_state_nonce_and_verifier_must_all_fit(desk: Desk, part: int) -> None:
    given = code_of(desk, "ada")
    parts = (desk.web.cookies.get(LOGIN_COOKIE) or "").split(".")
    parts[part] = "x" * 43
    desk.web.cookies.set(LOGIN_COOKIE, ".".join(parts), domain="desk.example.org", path="/")
    assert come_back(desk, given).status_code in {400, 401}
    assert not desk.cookie


def test_a_code_counts_once(desk: Desk) -> None:
    given = code_of(desk, "ada")
    kept = desk.web.cookies.get(LOGIN_COOKIE) or ""
    assert come_back(desk, given).status_code == 200
    desk.web.cookies.clear()
    desk.web.cookies.set(LOGIN_COOKIE, kept, domain="desk.example.org", path="/")
    again = come_back(desk, given)
    assert again.status_code == 401
    assert "The log says: http_400" in again.text


def test_who_says_no_at_gitlab_is_told_how_to_go_on(desk: Desk) -> None:
    given = code_of(desk, "nobody", PAGE)
    assert given["error"] == "access_denied"
    answer = come_back(desk, given)
    assert answer.status_code == 401
    assert "GitLab did not say who you are" in answer.text
    assert f'value="{PAGE}"' in answer.text


def test_it_leads_to_pages_of_ours_only(desk: Desk) -> None:
    assert 'content="0; url=/desk/decisions"' in sign_in(desk, "ada", "/desk//evil.example").text


def test_the_session_before_ends(desk: Desk) -> None:
    desk.sign_in("read", "Ada")
    before = desk.cookie
    sign_in(desk, "ada")
    assert desk.cookie not in {"", before}
    book = SessionBook(desk.records.sessions, {"read": TOKENS["read"]})
    assert book.find(before, NOW, uses=False) is None


def test_changed_lists_and_another_secret_end_the_sessions_and_changed_tokens_do_not(desk: Desk) -> None:
    sign_in(desk, "ada")
    login = desk.access.gitlab
    assert login
    for people, holds in (
        (login, True),
        (replace(login, lists={**login.lists, "read": ()}), False),
        (replace(login, secret="another"), False),
        (None, False),
    ):
        book = SessionBook(desk.records.sessions, {"operate": "another"}, people.vouchers if people else {})
        assert (book.find(desk.cookie, NOW, uses=False) is not None) is holds


@pytest.mark.parametrize(
    ("name", "value", "status", "said"),
    [
        ("_url", "http://127.0.0.1:9", 503, "GitLab did not answer"),
        ("_client_secret", "wrong", 401, "does not take DESK_GITLAB_ID and DESK_GITLAB_SECRET"),
    ],
)
def test_a_gitlab_that_is_down_or_refuses_is_said_in_plain_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str, value: str, status: int, said: str
) -> None:
    given = code_of(desk, "ada")
    assert desk.access.gitlab
    monkeypatch.setattr(desk.access.gitlab.client, name, value)
    answer = come_back(desk, given)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


def test_an_answer_that_is_too_old_proves_nothing(desk: Desk) -> None:
    given = code_of(desk, "ada")
    desk.clock.advance(timedelta(minutes=8).total_seconds())
    assert "The log says: token_too_old" in come_back(desk, given).text


def test_strangers_hold_no_more_threads_than_a_few(desk: Desk) -> None:
    given = code_of(desk, "ada")
    login = desk.access.gitlab
    assert login
    for _ in range(MOST_AT_ONCE):
        login._at_once.acquire()
    assert come_back(desk, given).status_code == 503
    for _ in range(MOST_AT_ONCE):
        login._at_once.release()


def test_without_settings_there_is_no_such_way(tmp_path: Path) -> None:
    with open_desk(tmp_path) as plain:
        assert BEGIN not in plain.get("/login").text
        assert (plain.get(BEGIN).status_code, plain.get(BACK).status_code) == (404, 404)


def test_nobody_can_type_a_name_that_gitlab_vouches_for(desk: Desk) -> None:
    desk.sign_in("operate", "\uff20ada @ada")
    assert desk.records.audit.newest()[0].name == "ada ada"


def test_signing_out_everywhere_ends_all_sessions_of_that_person_and_nobody_elses(desk: Desk) -> None:
    desk.sign_in("operate", "ada")
    typed = desk.cookie
    desk.web.cookies.clear()
    sign_in(desk, "ada")
    elsewhere = desk.cookie
    desk.web.cookies.clear()
    sign_in(desk, "ada")
    assert desk.post("/logout", OURS, everywhere="yes").headers["location"] == "/login"
    assert desk.records.audit.newest()[0].what == "sign out everywhere"
    for cookie, status in ((elsewhere, 303), (typed, 200)):
        desk.web.cookies.clear()
        desk.web.cookies.set("__Host-desk", cookie, domain="desk.example.org", path="/")
        assert desk.get(PAGE).status_code == status
