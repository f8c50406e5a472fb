"""`pointsman setup` and `doctor`, as ops and a nightly job type them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from app.cli.main import cli
from tests.app.setup.conftest import ROUTING, SetUp
from tests.app.setup.hands import edited

Setup = Callable[..., Result]
RENAMED = edited("views", "Stuck", title="Hot")


@pytest.fixture
def setup(set_up: SetUp, monkeypatch: pytest.MonkeyPatch) -> Setup:
    """`pointsman setup ...` on the account of `set_up`, with its files."""
    for name in ("ZENDESK_WEBHOOK_SECRET", "GITLAB_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {**set_up.environ(), "DATABASE_URL": f"sqlite:///{set_up.folder}/setup.db"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(set_up.folder)

    def run(*arguments: str) -> Result:
        (set_up.folder / "routing.yaml").write_text(set_up.routing)
        (set_up.folder / "macros.yaml").write_text(set_up.macros)
        return CliRunner().invoke(cli, ["setup", *arguments])

    return run


def test_a_plans_exit_code_is_an_alarm_for_drift_alone(set_up: SetUp, setup: Setup) -> None:
    assert setup("plan").exit_code == 2
    assert setup("apply").exit_code == 1, "nobody can be asked"
    assert setup("apply", "--yes").exit_code == 0
    assert setup("plan").exit_code == 0
    RENAMED(set_up)
    assert setup("plan").exit_code == 2
    for mistyped in (("plan", "--jsn"), ("plam",), ("apply", "--only"), ("apply", "--only", "veiw")):
        assert setup(*mistyped).exit_code == 1
    assert CliRunner().invoke(cli, ["doctor", "--jsn"]).exit_code == 1, "as what fails"
    set_up.routing = ROUTING.replace("title: Stuck", "titel: Stuck")
    assert setup("plan").exit_code == 1


def test_what_a_person_did_is_kept_by_the_yaml_that_is_printed(set_up: SetUp, setup: Setup) -> None:
    setup("apply", "--yes")
    RENAMED(set_up)
    printed = setup("apply", "--accept", "view/stuck")
    assert YAML(typ="safe").load(printed.stdout) == {"setup": {"keep": {"view/stuck": {"title": "Hot"}}}}
    set_up.routing = ROUTING.replace("setup:\n", "setup:\n  keep: {view/stuck: {title: Hot}}\n")
    assert setup("plan").exit_code == 0
    assert setup("apply", "--accept", "view/stuck").exit_code == 1


def test_a_deletion_cannot_be_kept_by_values(set_up: SetUp, setup: Setup) -> None:
    setup("apply", "--yes")
    set_up.sandbox.zendesk.delete_object("views", set_up.object_of("views", "Stuck")["id"])
    done = setup("apply", "--accept", "view/stuck")
    assert done.exit_code == 1
    assert "deleted by hand" in done.stderr
    assert setup("apply", "--restore", "view/stuck", "--yes").exit_code == 0


def test_briefly_it_counts_and_in_json_it_says_all(set_up: SetUp, setup: Setup) -> None:
    steps = json.loads(setup("plan", "--json").stdout)["steps"]
    assert {step["verb"] for step in steps} == {"create", "unchanged"}
    done = setup("apply", "--brief", "--yes")
    assert "view 4, macro 2, hook 1" in done.stdout
    assert len(done.stdout.splitlines()) < 6


def test_who_applies_is_told_that_the_service_reads_new_secrets_when_it_starts(setup: Setup) -> None:
    done = setup("apply", "--yes").stdout
    assert "zendesk_webhook_secret and " in done
    assert "start it again" in done
    assert "start it again" not in setup("apply", "--yes").stdout


def test_a_file_of_settings_that_nobody_read_is_named(
    set_up: SetUp, setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    (set_up.folder / ".env").write_text("ZENDESK_URL=\n")
    monkeypatch.delenv("ZENDESK_URL")
    done = setup("plan")
    assert done.exit_code == 1
    assert "set -a; . ./.env; set +a" in done.stderr


def test_what_the_account_does_not_know_stops_it_before_the_first_write(set_up: SetUp, setup: Setup) -> None:
    set_up.routing = ROUTING.replace("setup:\n", "setup:\n  keep: {view/stuck: {any: [[colour, is, red]]}}\n")
    done = setup("apply", "--yes")
    assert done.exit_code == 1
    assert "routing.yaml:" in done.stderr
    assert "no condition `colour`" in done.stderr
    assert set_up.everything()["views"] == {}


def test_two_at_once_do_not_meet(set_up: SetUp, setup: Setup) -> None:
    lock = set_up.records.setup_objects
    assert lock.lock("elsewhere:1", now="2026-01-01", until="2999-01-01", is_gone=lambda _: False)
    done = setup("apply", "--yes")
    assert done.exit_code == 1
    assert "Another `pointsman setup` is at work" in done.stderr
