"""A version of the rules, with an address for each line."""

from __future__ import annotations

from app.records.config_versions import ConfigVersion
from tests.support.desk import Desk
from tests.support.tried_rules import RULES, with_rules


def test_each_line_has_an_address(desk: Desk) -> None:
    with_rules(desk)
    desk.sign_in("read")
    page = desk.get(f"/desk/config/{RULES.hash}").text
    line = RULES.line_of_route("it")
    assert f'id="L{line}"' in page
    assert "These rules are in force" in page
    assert desk.get(f"/desk/config/{RULES.hash}.json").json()["files"]["routing.yaml"] == RULES.routing_text


def test_an_older_version_says_so_and_its_text_is_text(desk: Desk) -> None:
    with_rules(desk)
    desk.sign_in("read")
    desk.records.config_versions.keep(
        ConfigVersion("a" * 16, "<script>alert(1)</script>", "", desk.clock().isoformat())
    )
    page = desk.get(f"/desk/config/{'a' * 16}").text
    assert "are not in force now" in page
    assert "<script>alert" not in page


def test_a_version_that_was_never_in_force_is_not_found(desk: Desk) -> None:
    with_rules(desk)
    desk.sign_in("read")
    assert desk.get(f"/desk/config/{'0' * 16}").status_code == 404
    assert desk.get("/desk/config/nonsense").status_code == 422
