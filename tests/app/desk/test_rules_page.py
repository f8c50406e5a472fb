"""The rules' pages: how often each decided, how often people changed that, and what shadows would have done."""

from __future__ import annotations

import pytest

from app.records.corrections import Correction
from tests.support.desk import Desk
from tests.support.rules import rules
from tests.support.tried_rules import with_rules

RULES = rules(
    """
    - name: it
      why: It says <when>
      archetype: bug_report
      when: {phrases: [since]}
    # About the next one.
    - {name: other, archetype: mention, mode: shadow, when: {phrases: [until]}}
    """
)
SHADOW = {"asked": "route:other", "matched": True, "shadow": True, "archetype": "mention"}


@pytest.fixture(autouse=True)
def _used(desk: Desk) -> None:
    with_rules(desk, RULES)
    desk.sign_in("read")


def use(desk: Desk) -> None:
    for number in range(1, 11):
        made = desk.decision(ticket_id=number, decided_by="route:it", trace=(SHADOW,) if number < 3 else ())
        with desk.records.engine.begin() as connection:
            desk.records.routes_fired.add_within(connection, made)
    desk.records.corrections.save(
        Correction(1, "mention", "bug_report", "route:it", {}, desk.clock().isoformat(), "Ada")
    )


def test_rules_that_nobody_used_say_so(desk: Desk) -> None:
    page = desk.get("/desk/rules").text
    assert "2 rules in" in page
    assert "2 never used in 90 days" in page
    assert page.count("never in 90 days") == 2 + 3


def test_each_rule_leads_to_its_tickets_and_says_how_sure_its_share_is(desk: Desk) -> None:
    use(desk)
    first, second = desk.get("/desk/rules.json").json()["routes"]
    assert (first["fired"], first["corrected"], first["precision"]) == (10, 1, 0.9)
    assert 0.55 < first["low"] < 0.9 < first["high"] < 1
    assert second["shadow"] == {"would": 2, "as_decided": 0, "as_corrected": 1, "last_at": desk.clock().isoformat()}
    page = desk.get("/desk/rules").text
    assert "/desk/decisions?by=route%3Ait" in page
    assert "/desk/decisions?by=route%3Ait&amp;corrected=yes" in page
    assert "precision 90%, between 60% and 98%" in page
    assert "2 would have, <b>1 as people chose</b>" in page
    assert "Counted at 12:00:00 UTC" in page


def test_the_order_and_the_days_stand_in_the_address(desk: Desk) -> None:
    use(desk)
    names = [one["name"] for one in desk.get("/desk/rules.json?order=last&days=7").json()["routes"]]
    assert names == ["it", "other"]
    desk.clock.advance(8 * 86400)
    desk.sign_in("read")
    assert [one["fired"] for one in desk.get("/desk/rules.json?days=7").json()["routes"]] == [0, 0]
    assert desk.get("/desk/rules?order=other").status_code == 422


def test_one_rule_shows_its_lines_its_tickets_and_what_people_changed(desk: Desk) -> None:
    use(desk)
    shown = desk.get("/desk/rules/it.json").json()
    assert [one["text"].strip() for one in shown["excerpt"]] == [
        "- name: it", "why: It says <when>", "archetype: bug_report", "when: {phrases: [since]}",
    ]  # fmt: skip
    assert [one["ticket_id"] for one in shown["corrected_ones"]] == [1]
    assert len(shown["newest"]) == 10
    page = desk.get("/desk/rules/it").text
    assert f"/desk/config/{RULES.hash}#L{RULES.line_of_route('it')}" in page
    assert "It says &lt;when&gt;" in page
    other = desk.get("/desk/rules/other").text
    assert "In shadow, it would have decided" in other
    assert 'href="/desk/tickets/2"' in other


def test_a_rule_that_is_not_there_is_not_found(desk: Desk) -> None:
    assert desk.get("/desk/rules/none").status_code == 404
    assert desk.get("/desk/rules/No!").status_code == 422
