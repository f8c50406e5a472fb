"""A ticket's page: its text with what decided it, the reasons, what happened, and links by hand."""

from __future__ import annotations

from typing import Any

import pytest

from app.records.attempts import Attempt
from app.records.calls import MadeCall
from app.records.config_versions import ConfigVersion
from app.records.corrections import Correction
from app.records.links import Link
from tests.support.desk import TOKENS, Desk
from tests.support.tried_rules import with_rules

PAGE = "/desk/tickets/7"
TEXT = "it is broken since 10.4, really"
TRACE: tuple[dict[str, Any], ...] = (
    {"asked": "language", "matched": False, "detail": "en: all say so"},
    {"asked": "route:far", "archetype": "mention", "matched": False, "path": "routes[0].when", "line": 1,
     "detail": "none of 3 phrases", "match_score": 0.0, "error": None},
    {"asked": "route:less", "archetype": "mention", "matched": False, "line": 2, "detail": "no version",
     "match_score": 0.33, "error": None},
    {"asked": "route:more", "archetype": "spam", "matched": False, "line": 3, "detail": "no word", "match_score": 0.6},
    {"asked": "route:bad", "archetype": "spam", "matched": False, "line": 4, "error": "no such field"},
    {"asked": "route:since", "archetype": "bug_report", "matched": True, "line": 5, "path": "routes[4].when",
     "detail": "pattern in body", "text": "since 10.4", "part": "body", "start": 13, "end": 23, "match_score": 1.0},
    {"asked": "route:later", "archetype": "spam", "matched": True, "shadow": True, "line": 6, "text": "really",
     "part": "body", "start": 25, "end": 31, "would": ["would: mark as spam"]},
    {"asked": "weather", "matched": False, "detail": "", "wind": "north"},
)  # fmt: skip
ROUTING = "\n".join(f"line {number}" for number in range(1, 10))


@pytest.fixture(autouse=True)
def _signed_in(desk: Desk) -> None:
    desk.sign_in("read")


def decided(desk: Desk, **values: Any) -> None:
    given = {"decided_by": "route:since", "trace": TRACE, "ticket": {"subject": "", "body": TEXT}, "ticket_id": 7}
    desk.decision(**{**given, **values})


def test_an_unknown_ticket_is_said_to_be_unknown(desk: Desk) -> None:
    answer = desk.get(PAGE)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Nothing is known about ticket 7" in answer.text
    assert desk.get(f"{PAGE}.json").json() == {"detail": "Nothing is known about ticket 7."}
    assert desk.get("/desk/tickets/abc").status_code == 422


def test_the_piece_that_decided_is_marked_where_it_stands(desk: Desk) -> None:
    decided(desk)
    page = desk.get(PAGE).text
    assert 'it is broken <mark class="why" title="This decided">since 10.4</mark>, <mark class="also"' in page
    twin = desk.get(f"{PAGE}.json").json()
    pieces = twin["text"]["body"]
    assert "".join(one["text"] for one in pieces) == TEXT
    assert [one["text"] for one in pieces if one["mark"] == "why"] == ["since 10.4"]


def test_tags_that_came_with_the_ticket_are_shown_and_our_own_are_not(desk: Desk) -> None:
    decided(desk, ticket={"subject": "", "body": TEXT, "tags": ["vip", "archetype__spam", "pointsman_done"]})
    assert desk.get(f"{PAGE}.json").json()["tags"] == ["vip"]
    assert '<span class="chip">vip</span>' in desk.get(PAGE).text


def test_reasons_are_in_the_order_in_which_people_ask(desk: Desk) -> None:
    desk.records.config_versions.keep(ConfigVersion("c0ffee", ROUTING, "", "2026-01-01"))
    decided(desk)
    said = desk.get(f"{PAGE}.json").json()["reasons"]
    assert said["why"]["route"] == "since"
    assert [one["route"] for one in said["near"]] == ["more", "less"]
    assert [one["route"] for one in said["far"]] == ["far"]
    assert [one["route"] for one in said["shadows"]] == ["later"]
    assert [one["route"] for one in said["errors"]] == ["bad"]
    assert [one["asked"] for one in said["others"]] == ["language", "weather"]
    assert [(one["number"], one["decided"]) for one in said["yaml"]] == [
        (3, False), (4, False), (5, True), (6, False), (7, False),
    ]  # fmt: skip
    page = desk.get(PAGE).text
    assert 'href="/desk/config/c0ffee#L5"' in page
    assert "wind: north" in page
    assert "(changed since)" in page


def test_days_of_what_happened_are_told_apart(desk: Desk) -> None:
    decided(desk, decided_at="2026-01-01T23:59:58+00:00", finished_at="2026-01-02T00:00:01+00:00")
    page = desk.get(PAGE).text
    assert page.index(">1 Jan 2026</li>") < page.index("23:59:58</time>") < page.index(">2 Jan 2026</li>")


def test_a_line_has_the_number_that_it_has_on_the_page_of_the_rules(desk: Desk) -> None:
    """A form feed, or a separator of Unicode's, ends no line there."""
    desk.records.config_versions.keep(ConfigVersion("c0ffee", f"a\x0cb\u2028c\n{ROUTING}", "", "2026-01-01"))
    decided(desk)
    shown = desk.get(f"{PAGE}.json").json()["reasons"]["yaml"]
    assert [one["text"] for one in shown if one["decided"]] == ["line 4"]


def test_a_decision_that_only_follows_an_issue_shows_why_the_ticket_became_what_it_is(desk: Desk) -> None:
    decided(desk)
    decided(desk, event="issue_changed", trace=(), summary="The issue is closed", config_hash="beef")
    page = desk.get(PAGE).text
    assert "The issue is closed" in page
    assert "it became bug report: It broke with a version" in page
    assert '<mark class="why" title="This decided">since 10.4</mark>' in page
    assert "/desk/config/c0ffee#L5" in page, "of the rules that found it"
    decided(desk, event="issue_changed", trace=(), archetype="spam", decided_by="person")
    assert desk.get(f"{PAGE}.json").json()["reasons"]["why"] is None


def test_what_was_forgotten_has_a_page_too(desk: Desk) -> None:
    decided(desk, ticket={}, trace=(), summary="")
    page = desk.get(PAGE).text
    assert "The text was forgotten for its age" in page
    assert "What decided it is no longer kept." in page
    assert "/desk/playground?ticket" not in page, "there is nothing to try"
    assert "Why not another" not in page


def test_what_happened_is_in_its_order(desk: Desk) -> None:
    at = "2026-01-01T12:00:{:02d}+00:00".format
    decided(desk, decided_at=at(1), finished_at=at(9))
    with desk.records.engine.begin() as connection:
        read = MadeCall("zendesk", "GET /api/v2/tickets/7.json", 200, 36, at(0))
        calls = [read, MadeCall("gitlab", "POST /api/v4/projects/g%2Fp/issues", None, 9, at(3))]
        desk.records.calls.add_within(connection, 7, "run-1", calls)
    failure = desk.failure(ticket_id=7, failed_at=at(5))
    desk.records.attempts.add(Attempt(failure.key, 0, 1, "link_issue", "gitlab", "unavailable", "503", at(5)))
    desk.records.corrections.save(Correction(7, "spam", "bug_report", "route:since", {}, at(20), by="zendesk:5"))
    moments = desk.get(f"{PAGE}.json").json()["timeline"]
    assert [(one["kind"], one["went_well"]) for one in moments] == [
        ("call", True), ("decided", True), ("call", False), ("try", False), ("failed", False), ("finished", True),
        ("corrected", True),
    ]  # fmt: skip
    page = desk.get(PAGE).text
    assert page.count('<li class="day">1 Jan 2026</li>') == 1
    assert "Zendesk: read the ticket" in page
    assert "200, 36 ms" in page
    assert "GitLab: tried to open an issue in g/p" in page
    assert "no answer" in page
    assert "<code>POST /api/v4/projects/g/p/issues</code>" in page
    assert "an agent (5) chose spam" in page
    assert "Corrected: an agent (5) chose <b>spam</b>" in page


def test_what_only_repeats_is_counted_once(desk: Desk) -> None:
    at = "2026-01-01T12:00:{:02d}+00:00".format
    decided(desk, decided_at=at(1), finished_at=at(50), state="failed", update_state="unknown")
    path = "/api/v2/tickets/7.json"
    put = [MadeCall("zendesk", f"PUT {path}", 503, 30, at(10 * one)) for one in (1, 2, 3)]
    put += [MadeCall("zendesk", f"GET {path}", 200, 30, at(10 * one - 1)) for one in (1, 2, 3)]
    with desk.records.engine.begin() as connection:
        desk.records.calls.add_within(connection, 7, "run-1", put)
    failure = desk.failure(ticket_id=7, failed_at=at(30))
    for number in (1, 2, 3):
        desk.records.attempts.add(
            Attempt(failure.key, 0, number, "write", "zendesk", "http_503", "503", at(10 * number))
        )
    moments = desk.get(f"{PAGE}.json").json()["timeline"]
    assert [one["again"] for one in moments] == [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 0]
    page = desk.get(PAGE).text
    assert page.count("try 1 failed while updating the ticket: HTTP 503") == 1
    assert "try 2" not in page
    assert "2 more times until then" in page
    assert "6 requests as sent" in page
    assert "What was to be done" not in page, "it had nothing to do"


@pytest.mark.parametrize(
    ("update_state", "said"), [("unknown", "Nobody knows whether"), ("not_applied", "The update is not in the ticket")]
)
def test_what_was_not_written_is_not_said_to_be_done(desk: Desk, update_state: str, said: str) -> None:
    actions = ({"kind": "note", "state": "done", "detail": "Bug report"},)
    decided(desk, state="failed", update_state=update_state, actions=actions)
    page = desk.get(PAGE).text
    assert said in page
    assert "What was to be done" in page
    assert "What was done" not in page


def test_an_earlier_decision_has_an_address_and_says_that_it_is_one(desk: Desk) -> None:
    decided(desk, summary="the first")
    decided(desk, summary="the second")
    assert "the second" in desk.get(PAGE).text
    earlier = desk.get(f"{PAGE}?run=run-1").text
    assert "the first" in earlier
    assert "This is an earlier decision" in earlier


def test_a_delivery_without_a_verdict_does_not_hide_the_verdict(desk: Desk) -> None:
    decided(desk, summary="the verdict")
    decided(desk, config_hash="", summary="nothing to do", archetype=None, event="updated")
    assert "the verdict" in desk.get(PAGE).text


def link(desk: Desk) -> None:
    decided(desk)
    made = Link(7, "issue", 5, "g/p", 9, "https://gitlab.example/g/p/-/issues/9", "opened", "opened")
    desk.records.links.save(made, now="2026-01-01")


def test_a_link_is_paused_and_removed_by_those_who_may(desk: Desk) -> None:
    link(desk)
    form = {"project": "g/p", "iid": "9"}
    assert "Remove" not in desk.get(PAGE).text
    assert desk.post(f"{PAGE}/links", **form, following="paused").status_code == 403
    assert desk.audited() == []
    desk.sign_in("operate", "Ada  <b>")
    assert desk.post(f"{PAGE}/links", **form, following="paused").headers["location"] == PAGE
    assert desk.records.links.of_ticket(7)[0].following == "paused"
    assert desk.post(f"{PAGE}/links", **form, following="removed").status_code == 303
    entry = desk.audited()[0]
    assert (entry.name, entry.role, entry.what, entry.about) == ("Ada <b>", "operate", "link", "ticket 7")
    assert (entry.before["following"], entry.after["following"]) == ("paused", "removed")
    page = desk.get(PAGE).text
    assert "Ada &lt;b&gt;: link" in page
    assert "Follow again" not in page


def test_what_was_removed_stays_removed(desk: Desk) -> None:
    link(desk)
    desk.sign_in()
    form = {"project": "g/p", "iid": "9"}
    for following, status in (("removed", 303), ("active", 409), ("paused", 409), ("removed", 303)):
        assert desk.post(f"{PAGE}/links", **form, following=following).status_code == status
    assert desk.records.links.of_ticket(7)[0].following == "removed"
    api = desk.web.request(
        "PUT",
        "/api/tickets/7/links",
        json={**form, "iid": 9, "following": "active"},
        headers={"Authorization": f"Bearer {TOKENS['operate']}"},
    )
    assert api.status_code == 409


def test_what_was_done_to_a_failure_stands_on_its_tickets_page(desk: Desk) -> None:
    decided(desk)
    failure = desk.failure(ticket_id=7)
    desk.sign_in("operate", "Ada")
    desk.post(f"/desk/failures/{failure.id}/ignore", reason="known")
    moments = desk.get(f"{PAGE}.json").json()["timeline"]
    assert ("Ada: ignore", f"failure {failure.id}") in [(one["what"], one["detail"]) for one in moments]


@pytest.mark.parametrize("wrong", [{"iid": "8"}, {"project": "g/q"}, {"following": "followed"}, {"iid": ""}])
def test_a_link_that_is_not_there_is_refused(desk: Desk, wrong: dict[str, str]) -> None:
    link(desk)
    desk.sign_in()
    form = {"project": "g/p", "iid": "9", "following": "removed", **wrong}
    assert desk.post(f"{PAGE}/links", **form).status_code == 404
    assert desk.records.links.of_ticket(7)[0].following == "active"
    assert desk.audited() == []


def test_an_issue_is_linked_as_work_and_a_name_that_is_none_is_explained(desk: Desk) -> None:
    queued: list[Any] = []
    with_rules(desk, works=queued)
    (tracker,) = desk.service.deps.rulebook.current().routing.trackers.values()
    decided(desk)
    assert "Link an issue" not in desk.get(PAGE).text
    desk.sign_in("operate", "Ada")
    assert "Link an issue" in desk.get(PAGE).text
    refused = desk.post(f"{PAGE}/links/new", issue="the one with the arrows")
    assert (refused.status_code, desk.audited(), queued) == (409, [], [])
    assert f"{tracker.project}#7" in refused.text
    assert desk.post(f"{PAGE}/links/new", issue=f"{tracker.project}#9").headers["location"] == PAGE
    (work,) = queued
    assert (work.message.ticket_id, work.message.cause.iid, work.message.cause.by) == (7, 9, "Ada")
    assert desk.audited()[0].after == {"issue": f"{tracker.project}#9", "following": "active"}
