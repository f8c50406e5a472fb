"""Each page with something on it, hostile texts above all: for each role, in both schemes, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.records.audit import AuditEntry
from app.records.calls import MadeCall
from app.records.config_versions import ConfigVersion
from app.records.first_answers import FirstAnswer
from app.records.links import Link
from app.records.mentions import NewMention
from app.records.pauses import Pause
from app.records.sessions import Role
from app.rules.draft import Draft
from app.work.reconcile.first_answers import POSITION
from tests.browser.conftest import DRAWN, Served, axe, serving
from tests.support.desk import TOKENS
from tests.support.harness import wait_until
from tests.support.tried_rules import EDITED, RULES, with_rules

HOSTILE = '<script>document.title = "got"</script>"><img src=x onerror="document.title=1"> {{ 7 * 7 }} ' + "w" * 300
TRACE: tuple[dict[str, Any], ...] = (
    {"asked": "route:since", "archetype": "bug_report", "matched": True, "line": 2, "path": HOSTILE, "detail": HOSTILE,
     "text": "since 10.4", "part": "body", "start": 0, "end": 10, "match_score": 1.0},
    {"asked": "route:near", "archetype": "spam", "matched": False, "line": 3, "detail": HOSTILE, "match_score": 0.5},
    {"asked": f"route:{HOSTILE}", "archetype": "spam", "matched": False, "line": 1, "detail": "no", "match_score": 0.0},
    {"asked": "route:shadow", "archetype": "spam", "matched": True, "shadow": True, "line": 1, "text": HOSTILE,
     "part": "body", "start": 5, "end": 20, "would": [HOSTILE]},
    {"asked": "route:broken", "archetype": "spam", "matched": False, "line": 1, "error": HOSTILE},
    {"asked": "model", "matched": False, "detail": "bug_report", "probabilities": {"bug_report": 0.98, "spam": 0.02},
     "strongest": [HOSTILE], "nearest": [{"begins": HOSTILE, "archetype": "spam", "similarity": 0.3}]},
    {"asked": HOSTILE, "matched": False, "detail": HOSTILE, HOSTILE: HOSTILE},
)  # fmt: skip
PAGES = [
    "/desk/decisions",
    "/desk/decisions?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&by=%22x&from=2026-01-01",
    "/desk/decisions?state=working",
    "/desk/tickets/7",
    "/desk/tickets/8",
    "/desk/failures",
    "/desk/failures?source=gitlab&step=link_issue&reason=unavailable&said=paused",
    "/desk/mentions",
    "/desk/setup",
    "/desk/audit",
    "/desk/times",
    "/desk/playground?text=it+is+broken+since+17.3&channel=twitter",
    "/desk/backtest",
    "/desk/backtest/{job}",
    "/desk/rules",
    "/desk/rules/it",
    f"/desk/config/{RULES.hash}",
    "/desk/labelling",
    "/desk/none",
]
AGAIN = PAGES[1], PAGES[2], PAGES[6]
"""The elements are those of a page before them; what people wrote is other, and so is how wide it makes them."""
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 800}
SIDEWAYS = "document.documentElement.scrollWidth"
SAME_IDS = """(() => {
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
  return ids.filter((id, place) => ids.indexOf(id) !== place);
})()"""
TICK = "document.body.dispatchEvent(new CustomEvent('desk:tick'))"
"""What the page's own clock says every few seconds."""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("desk"), browser) as opened:
        with_rules(opened.desk)
        fill(opened)
        playground = opened.desk.service.playground
        edited = playground.check(Draft(EDITED, RULES.macros_text, ""), "Ada").rules
        job = playground.backtests.start(edited, RULES, 100)
        wait_until(lambda: playground.backtests.get(job.id).has_ended, seconds=60)
        yield opened
        playground.stop()


def addresses(full: Served) -> list[str]:
    (job,) = full.desk.service.playground.backtests.newest()
    return [address.format(job=job.id) for address in PAGES]


def fill(opened: Served) -> None:
    desk, records = opened.desk, opened.desk.records
    now = desk.clock().isoformat()
    records.config_versions.keep(ConfigVersion("c0ffee", f"one\n  - {HOSTILE}\nthree", "", now))
    actions = tuple({"kind": "note", "state": state, "detail": HOSTILE} for state in ("done", "failed", "waiting"))
    text = {"id": 7, "subject": HOSTILE, "body": f"since 10.4 {HOSTILE}"}
    desk.decision(ticket_id=7, trace=TRACE, ticket=text, decided_by="route:since", summary=HOSTILE, actions=actions)
    desk.decision(ticket_id=8, ticket={}, trace=(), summary=HOSTILE, answer=HOSTILE, mode="shadow")
    desk.decision(archetype=None, confidence=None, decided_by="none", state="failed", channel=HOSTILE[:32])
    desk.decision(summary="w" * 400, state="waiting", mode="shadow", decided_by="r" * 100)
    records.links.save(Link(7, "issue", 5, "g/p", 9, "https://gitlab.example/9", "opened", "opened"), now=now)
    with records.engine.begin() as connection:
        records.calls.add_within(connection, 7, "run-1", [MadeCall("gitlab", HOSTILE[:200], 500, 12, now)])
    for payload in ({"kind": "x"}, None):
        desk.failure(ticket_id=7, message=HOSTILE, payload=payload)
    records.pauses.set(Pause("issues", now, HOSTILE[:100], HOSTILE))
    mention = {"source": "forum", "id": "1", "url": "https://forum.example/1", "author": {"name": HOSTILE[:60]},
               "title": HOSTILE[:90], "text": HOSTILE, "published_at": now}  # fmt: skip
    given = NewMention(source="forum", native_id="1", url="https://forum.example/1", address="forum.example/1",
                       thread="t", mention=mention, carrier="forum", wording="w", left_out="by_one_of_us")  # fmt: skip
    records.mentions.take(given, lambda _known, _given: {}, now=now, day_before=now)
    long_ago = (desk.clock() - timedelta(days=2)).isoformat()
    waits = (FirstAnswer(7, HOSTILE[:32], now, now, "us"), FirstAnswer(8, "twitter", long_ago, now, "person"))
    records.first_answers.save([*waits, FirstAnswer(9, "twitter", long_ago)])
    records.progress.reached(POSITION, str(int(desk.clock().timestamp())), now=now)
    change = {"reason": HOSTILE}
    records.audit.add(AuditEntry(at=now, name=HOSTILE[:60], role="operate", what="pause", about=HOSTILE, after=change))


@pytest.mark.parametrize("role", ["operate", "read"])
def test_each_page_is_calm_whatever_people_wrote(full: Served, role: Role) -> None:
    """One load of each shows it all: nothing runs, moves while it follows, sticks out, or is told by colour alone."""
    full.expected = ("404",)
    page = full.page(role, at="")
    for address in addresses(full):
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light")
        page.goto(address)
        assert page.title().endswith("· Pointsman"), address
        assert "got" not in page.title()
        assert page.locator("main img, main script").count() == 0
        assert page.evaluate(SAME_IDS) == [], address
        assert page.evaluate(SIDEWAYS) <= WIDE["width"], address
        forms = page.locator("main form[method=post]:not(#play)").count()  # the playground only looks
        assert forms == 0 or role == "operate", address
        is_searched = role == "operate" and address not in AGAIN  # the reader's pages are parts of these
        if role == "operate":
            follow(page, address)
        if is_searched:
            assert axe(page) == [], address
        page.set_viewport_size(NARROW)
        assert page.evaluate(SIDEWAYS) <= NARROW["width"], address
        if is_searched:
            page.emulate_media(color_scheme="dark")
            assert axe(page, DRAWN) == [], address
        assert page.evaluate("window.__violations") == [], address


def follow(page: Any, address: str) -> None:
    """Ticks move nothing, and neither did the page while it came."""
    page.wait_for_selector("html.scripted")
    for _ in range(2 * page.locator("#live").count()):
        with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true") as answer:
            page.evaluate(TICK)
        assert answer.value.status in {200, 304}, address
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("window.__shifted") == [], address


def test_signing_in_leads_to_the_page_that_was_asked_for(full: Served) -> None:
    page = full.page(None, at="/desk/audit")
    assert axe(page) == []
    page.fill("[name=token]", TOKENS["read"])
    page.fill("[name=name]", "Grace")
    page.click("button.main")
    page.wait_for_url("**/desk/audit")
    assert page.text_content(".who span") == "Grace"


def test_buttons_work_without_a_script(full: Served) -> None:
    page = full.page(at="/desk/failures", java_script_enabled=False)
    page.click("text=Resume")
    page.get_by_text("It goes on, in order").wait_for()
    page.select_option(".pause [name=what]", "replies")
    page.fill(".pause [name=reason]", "no script")
    page.click(".pause button")
    page.get_by_text("No reply is sent").wait_for()
    page.goto("/desk/tickets/7")
    page.click("text=Pause")
    page.get_by_text("Follow again").wait_for()


def test_what_cannot_be_undone_asks_for_a_second_click(full: Served) -> None:
    page = full.page(at="/desk/tickets/7")
    page.click("text=Remove")
    assert page.locator(".link").get_by_text("Remove for good?").count() == 1
    assert full.desk.records.links.of_ticket(7)[0].following != "removed"
    page.click(".link >> text=Remove for good?")
    page.wait_for_selector(".link.removed")
    assert axe(page) == []
    assert full.desk.records.links.of_ticket(7)[0].following == "removed"
