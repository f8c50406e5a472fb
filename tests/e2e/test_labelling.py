"""What a person chooses on the desk is set in Zendesk, and is that person's correction."""

from __future__ import annotations

from tests.support.harness import DESK_TOKEN, Harness, wait_until

OURS = {"Sec-Fetch-Site": "same-origin"}


def test_a_choice_on_the_desk_reaches_the_ticket_and_the_next_training(harness: Harness) -> None:
    decision, ticket = harness.triaged("@gitlab hm")
    ticket_id = decision["ticket_id"]
    assert "needs_triage" in ticket["tags"]
    entered = harness.web.post("/login", data={"token": DESK_TOKEN, "name": "Ada"}, headers=OURS)
    cookie = {"Cookie": entered.headers["set-cookie"].split(";")[0]}
    page = harness.web.get("/desk/labelling", headers=cookie)
    assert "@gitlab hm" in page.text
    chosen = harness.web.post(
        f"/desk/labelling/{ticket_id}", data={"archetype": "bug_report"}, headers={**OURS, **cookie}
    )
    assert chosen.status_code == 303
    wait_until(lambda: "archetype__bug_report" in harness.sandbox.zendesk.ticket(ticket_id)["tags"], seconds=60)
    harness.idle()
    assert "needs_triage" not in harness.sandbox.zendesk.ticket(ticket_id)["tags"]
    assert harness.decision(ticket_id)["decided_by"] == "person"
    records = harness.service.deps.records
    (correction,) = [one for one in records.corrections.all() if one.ticket_id == ticket_id]
    assert (correction.archetype, correction.by) == ("bug_report", "desk:Ada")
    assert [(one.name, one.what, one.about) for one in records.audit.newest(limit=1)] == [
        ("Ada", "label", f"ticket {ticket_id}")
    ]
    assert "@gitlab hm" not in harness.web.get("/desk/labelling", headers=cookie).text
