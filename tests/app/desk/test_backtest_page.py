"""The backtest's page: asked for with a form, followed until it ends, with every ticket in a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.records.corrections import Correction
from tests.support.desk import Desk
from tests.support.harness import wait_until
from tests.support.tried_rules import EDITED, RULES, send, with_rules

ENOUGH = 60.0


@pytest.fixture(autouse=True)
def _backtests_end(desk: Desk) -> Iterator[None]:
    with_rules(desk)
    yield
    desk.service.playground.stop()


def past(desk: Desk) -> None:
    for number, chosen in ((1, "mention"), (2, "bug_report"), (3, None)):
        made = desk.decision(ticket_id=number, decided_by="route:it", ticket={"id": number, "body": "broken since"})
        if chosen:
            desk.records.corrections.save(
                Correction(number, chosen, "bug_report", made.decided_by, {}, made.decided_at)
            )
    desk.decision(ticket_id=4, ticket={"id": 4, "body": "<script>alert(1)</script>"})


def started(desk: Desk, form: dict[str, str]) -> str:
    answer = send(desk, "/desk/backtest", {"routing.yaml": EDITED} | form)
    assert answer.status_code == 303
    return answer.headers["location"]


def ended(desk: Desk, page: str) -> dict[str, Any]:
    wait_until(lambda: desk.get(f"{page}.json").json()["state"] not in {"waiting", "running"}, seconds=ENOUGH)
    shown: dict[str, Any] = desk.get(f"{page}.json").json()
    return shown


def test_it_says_which_way_people_chose_and_lists_every_ticket(desk: Desk) -> None:
    past(desk)
    desk.sign_in()
    page = started(desk, {"tickets": "100"})
    shown = ended(desk, page)
    assert shown["result"] == ("treats 3 of 4 otherwise: 1 to what a person chose, 1 away from it, 1 nobody judged")
    assert {side["side"]: [one["ticket_id"] for one in side["tickets"]] for side in shown["sides"]} == {
        "away": [2], "unjudged": [3], "toward": [1],
    }  # fmt: skip
    html = desk.get(page).text
    assert shown["result"] in html
    for number in (1, 2, 3):
        assert f'href="/desk/tickets/{number}"' in html
    assert shown["result"] in desk.get("/desk/backtest").text


def test_rules_that_do_the_same_say_so(desk: Desk) -> None:
    past(desk)
    desk.sign_in()
    page = started(desk, {"routing.yaml": f"{RULES.routing_text}\n# a remark\n"})
    assert ended(desk, page)["changed"] == 0
    assert "No ticket would be treated otherwise" in desk.get(page).text


def test_rules_with_mistakes_are_not_run(desk: Desk) -> None:
    desk.sign_in()
    answer = send(desk, "/desk/backtest", {"routing.yaml": "routes: ["})
    assert answer.status_code == 422
    assert "mend them first" in answer.text


def test_it_can_be_cancelled_and_an_unknown_one_is_not_found(desk: Desk) -> None:
    past(desk)
    desk.sign_in()
    page = started(desk, {})
    assert desk.post(f"{page}/cancel").headers["location"] == page
    assert ended(desk, page)["state"] in {"cancelled", "done"}
    assert desk.get("/desk/backtest/other").status_code == 404
    assert desk.get("/desk/backtest/a.b").status_code == 422


def test_who_may_only_read_cannot_start_one_nor_can_another_site(desk: Desk) -> None:
    desk.sign_in("read")
    assert send(desk, "/desk/backtest", {"routing.yaml": EDITED}).status_code == 403
    assert 'formaction="/desk/backtest"' not in desk.get("/desk/playground").text
    desk.sign_in()
    assert send(desk, "/desk/backtest", {}, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert "No backtest was run" in desk.get("/desk/backtest").text
