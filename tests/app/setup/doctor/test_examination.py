"""What `pointsman doctor` finds on an account where one thing is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.setup.doctor.examination import examine
from integrations.sandbox.faults import Fault
from tests.app.setup.conftest import SetUp

Break = Callable[[SetUp], object]


def _first(set_up: SetUp, table: str) -> str:
    return next(iter(set_up.sandbox.zendesk.account_objects()[table]))


def _edit(table: str, **changes: object) -> Break:
    return lambda set_up: set_up.sandbox.zendesk.edit_object(table, _first(set_up, table), **changes)


def _foreign_field(set_up: SetUp) -> None:
    options = [{"name": "Mine", "value": "archetype__mention"}]
    set_up.sandbox.zendesk.add_object("fields", title="Other", type="tagger", custom_field_options=options)


def _lost_secret(set_up: SetUp) -> None:
    (set_up.folder / "zendesk_webhook_secret").write_text("another")


def _readable(set_up: SetUp) -> None:
    (set_up.folder / "gitlab_webhook_secret").chmod(0o644)


def _refused_deliveries(set_up: SetUp) -> None:
    set_up.account().zendesk.send("POST", f"webhooks/test?webhook_id={_first(set_up, 'webhooks')}", {"request": {}})


def _only_read(set_up: SetUp) -> None:
    _by_oauth(set_up, scopes=["read"])


def _by_oauth(set_up: SetUp, **said: object) -> None:
    zendesk = set_up.sandbox.zendesk
    zendesk.give_oauth_token(**said)
    given = {**set_up.environ(), "ZENDESK_OAUTH_TOKEN": zendesk.token}
    given = {name: value for name, value in given.items() if name not in {"ZENDESK_EMAIL", "ZENDESK_TOKEN"}}
    set_up.environ = lambda: given  # type: ignore[method-assign]


def _hook_that_is_refused(set_up: SetUp) -> None:
    gitlab = set_up.sandbox.gitlab
    gitlab.add_issue("community/product", title="It broke")
    gitlab.webhook_sender.wait()


def _form(set_up: SetUp) -> None:
    set_up.sandbox.zendesk.add_form("Default", [])


COSTLY = {"zendesk/fields", "zendesk/forms", "zendesk/settings", "gitlab/deliveries"}
BROKEN: list[tuple[Break, str, str, str]] = [
    (lambda s: s.sandbox.zendesk.switch_hold(False), "zendesk/hold", "fail", "Enable On-hold status"),
    (_edit("webhooks", status="inactive"), "zendesk/webhook", "fail", "Switch it on"),
    (_edit("webhooks", endpoint="https://x.example/"), "zendesk/webhook", "fail", "setup apply"),
    (_lost_secret, "zendesk/secret", "fail", "setup apply"),
    (_edit("triggers", conditions={"all": [], "any": []}), "zendesk/triggers", "warn", "is not, the bot"),
    (_foreign_field, "zendesk/fields", "fail", "out of the other field"),
    (_refused_deliveries, "zendesk/deliveries", "fail", "log"),
    (lambda s: s.sandbox.gitlab.disable_hooks(), "gitlab/hooks", "fail", "Test"),
    (lambda s: setattr(s.sandbox.gitlab, "signing", False), "gitlab/version", "warn", "From 19.0 on"),
    (_only_read, "zendesk/token", "fail", "Make one with write"),
    (lambda s: _by_oauth(s, expires_at="2020-01-01T00:00:00Z"), "zendesk/token", "warn", "new one"),
    (_form, "zendesk/forms", "warn", "attach_to_forms: [Default]"),
    (_hook_that_is_refused, "gitlab/deliveries", "fail", "log"),
    (lambda s: s.sandbox.zendesk.switch_workspace(False), "zendesk/settings", "warn", "Agent Workspace"),
    (_edit("webhooks", custom_headers={"X-From": "us"}), "zendesk/webhook", "warn", "--restore webhook/main"),
    (_edit("fields", active=False), "zendesk/fields", "warn", "Switch it on"),
    (_readable, "pointsman/secrets", "warn", "chmod 600"),
]


@pytest.mark.parametrize(("broken", "name", "state", "remedy"), BROKEN)
def test_one_wrong_thing_is_named_with_its_remedy(
    set_up: SetUp, broken: Break, name: str, state: str, remedy: str
) -> None:
    set_up.apply()
    # Nothing listens at https://pointsman.example.
    before = [one for one in examine(set_up.account(), only_cheap=name not in COSTLY) if one.state != "ok"]
    broken(set_up)
    after = [one for one in examine(set_up.account(), only_cheap=name not in COSTLY) if one.state != "ok"]
    (new,) = [one for one in after if one not in before and one.name == name]
    assert new.state == state
    assert remedy in new.remedy


def test_all_is_well_after_apply(set_up: SetUp) -> None:
    set_up.apply()
    assert {one.name for one in examine(set_up.account(), only_cheap=True) if one.state != "ok"} == set()


def test_what_the_token_may_not_see_is_said_and_the_rest_is_looked_at(set_up: SetUp) -> None:
    set_up.apply()
    set_up.sandbox.zendesk.faults.add(Fault(method="GET", path="/api/v2/triggers", status=403, times=0))
    found = {one.name: one for one in examine(set_up.account()) if one.name in {"zendesk/triggers", "gitlab/token"}}
    assert "admin" in found["zendesk/triggers"].remedy
    assert found["gitlab/token"].state == "ok"
    quiet = {one.name for one in examine(set_up.account(), only_cheap=True)}
    assert "zendesk/triggers" not in quiet


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, '{"message": "404 Not Found"}', "it does not tell"),
        (200, '{"id": 1, "expires_at": "soon"}', "does not tell the token's scopes"),
        (200, '{"scopes": ["api"], "expires_at": "soon"}', "scope api"),
        (200, '{"scopes": 7}', "not as expected"),
    ],
)
def test_what_a_token_says_in_another_way_is_no_failure(set_up: SetUp, status: int, body: str, said: str) -> None:
    headers = {"Content-Type": "application/json"}
    set_up.sandbox.gitlab.faults.add(Fault(path=".*tokens/self", status=status, headers=headers, body=body, times=0))
    (found,) = [one for one in examine(set_up.account()) if one.name == "gitlab/token"]
    assert found.state != "fail"
    assert said in found.said
