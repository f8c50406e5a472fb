"""The commands, as ops type them."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from app import logs
from app.cli.main import cli
from tests.support.nowhere import NOWHERE
from tests.support.paths import ROOT

FILES = ["--routing", str(ROOT / "routing.yaml"), "--macros", str(ROOT / "macros.yaml")]


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(cli, list(arguments), input=given)


def commands(group: Any, name: str = "") -> Iterator[str]:
    for word, one in getattr(group, "commands", {}).items():
        yield f"{name}{word}"
        yield from commands(one, f"{name}{word} ")


def test_the_shipped_files_are_good_and_only_ask_for_addresses_of_ones_own(tmp_path: Path) -> None:
    done = run("check", str(ROOT / "routing.yaml"), str(ROOT / "macros.yaml"))
    assert done.exit_code == 0, done.output
    assert "put your own there" in done.output
    text = (ROOT / "routing.yaml").read_text().replace("@example.com", "@ours.dev")
    filled = tmp_path / "routing.yaml"
    filled.write_text(text)
    done = run("check", str(filled), str(ROOT / "macros.yaml"))
    assert done.exit_code == 0
    assert "put your own there" not in done.output


def test_the_shipped_examples_hold() -> None:
    done = run("test", str(ROOT / "routing.yaml"), str(ROOT / "macros.yaml"))
    assert done.exit_code == 0, done.output


def test_a_mistake_is_shown_with_its_place_and_what_was_meant(tmp_path: Path) -> None:
    text = (ROOT / "routing.yaml").read_text().replace("    archetype: team_comment", "    archtype: team_comment")
    (tmp_path / "routing.yaml").write_text(text)
    line = text.splitlines().index("    archtype: team_comment") + 1
    done = run("check", str(tmp_path / "routing.yaml"), str(ROOT / "macros.yaml"))
    assert done.exit_code == 1
    assert f"routing.yaml:{line}:5" in done.output
    assert "did you mean `archetype`?" in done.output


def test_an_example_that_does_not_hold_is_shown_and_fails(tmp_path: Path) -> None:
    for name in ("routing.yaml", "macros.yaml"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    (tmp_path / "routing.tests.yaml").write_text(
        "version: 1\ntests:\n"
        "  - name: a wrong hope\n"
        "    ticket: {channel: twitter, body: pls disable 2fa}\n"
        "    expect: {archetype: mention}\n"
    )
    done = run("test", str(tmp_path / "routing.yaml"), str(tmp_path / "macros.yaml"))
    assert done.exit_code == 1
    assert "a wrong hope" in done.output
    assert "expected `mention`, got `two_factor_reset`" in done.output


def test_files_that_are_not_there_are_named() -> None:
    done = run("check", "nowhere.yaml", "nothing.yaml")
    assert done.exit_code == 2
    assert "nowhere.yaml" in done.output


def test_the_place_of_what_is_not_utf_8_is_said(tmp_path: Path) -> None:
    (tmp_path / "routing.yaml").write_bytes("version: 1\n# ü ".encode() + "é".encode("latin-1"))
    done = run("check", str(tmp_path / "routing.yaml"), str(ROOT / "macros.yaml"))
    assert done.exit_code == 1
    assert "routing.yaml:2:5: not UTF-8" in done.output


def test_explains_a_text() -> None:
    done = run("explain", "--text", "pls disable 2fa / user tonorv", "--channel", "email", *FILES)
    assert done.exit_code == 0, done.output
    for part in ("two_factor_reset", "Why:", "routing.yaml:", "would: add the tags archetype__two_factor_reset"):
        assert part in done.output


def test_explains_as_json() -> None:
    done = run("explain", "--text", "hm", "--json", *FILES)
    assert json.loads(done.output)["archetype"] is None


def test_explaining_a_ticket_needs_zendesk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZENDESK_URL", raising=False)
    done = run("explain", "4711", *FILES)
    assert done.exit_code == 2
    assert "ZENDESK_URL is missing" in done.output


@pytest.mark.parametrize("arguments", [[], ["4711", "--text", "a"]])
def test_explain_wants_one_thing(arguments: list[str]) -> None:
    assert run("explain", *arguments, *FILES).exit_code == 2


def test_classifies_json_lines_and_goes_on_after_a_bad_one() -> None:
    lines = '{"id": "a", "channel": "twitter", "body": "pls disable 2fa"}\nnonsense\n[1]\n\n{"body": "hm"}\n'
    done = run("classify", "--jsonl", *FILES, given=lines)
    assert done.exit_code == 0, done.output
    answers = [json.loads(line) for line in done.output.splitlines()]
    assert [answer.get("archetype") for answer in answers] == ["two_factor_reset", None, None, None]
    assert [answer["id"] for answer in answers] == ["a", 2, 3, 5]
    assert "line 2" in answers[1]["error"]
    assert set(answers[0]) == {"id", "archetype", "confidence", "decided_by", "trace"}


@pytest.mark.parametrize("name", ["routing", "macros", "tests"])
def test_prints_the_schemas_that_editors_use(name: str) -> None:
    assert json.loads(run("schema", name).output) == json.loads((ROOT / "schemas" / f"{name}.json").read_text())


@pytest.mark.parametrize("command", ["backtest --from yesterday", "train --from-zendesk yesterday"])
def test_says_how_a_day_is_written(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"URL": "http://127.0.0.1:9", "EMAIL": "bot@example.org", "TOKEN": "of-the-tests"}.items():
        monkeypatch.setenv(f"ZENDESK_{name}", value)
    done = run(*command.split(), *FILES)
    assert (done.exit_code, done.stderr) == (2, "yesterday is not a date: write it like 2026-11-01.\n")


def test_serve_says_all_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ZENDESK_URL", "GITLAB_URL", "DESK_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    done = run("serve")
    assert done.exit_code == 2
    for name in ("ZENDESK_URL", "ZENDESK_WEBHOOK_SECRET", "GITLAB_URL", "GITLAB_TOKEN", "DESK_TOKEN"):
        assert f"{name} is missing" in done.output


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Complete, with a database in a folder that is a file."""
    (tmp_path / "file").touch()
    for name, value in {
        **NOWHERE,
        "ROUTING_FILE": str(ROOT / "routing.yaml"),
        "MACROS_FILE": str(ROOT / "macros.yaml"),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'file' / 'pointsman.db'}",
        "PORT": "0",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(logs, "configure", lambda _level: None)


@pytest.mark.usefixtures("environment")
def test_serve_says_what_it_cannot_use(tmp_path: Path) -> None:
    done = run("serve")
    assert done.exit_code == 2, done.output
    assert f"DATABASE_URL: Cannot use {tmp_path / 'file'}" in done.output


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("command", ["serve", "work --port {port}"])
def test_a_port_in_use_is_a_sentence(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        done = run(*command.format(port=port).split())
    said = f"HOST and PORT: cannot listen on 127.0.0.1:{port}: Address already in use."
    assert (done.exit_code, done.stderr) == (2, f"Pointsman cannot start:\n  - {said}\n")


def test_says_which_version_it_is() -> None:
    done = run("--version")
    assert (done.exit_code, done.output) == (0, f"pointsman {version('pointsman')}\n")


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("twiter", "there is no channel `twiter`; did you mean `twitter`?"),
        ("fax", "there is no channel `fax`; one of "),
    ],
)
def test_a_channel_that_is_not_there_is_an_error(channel: str, said: str) -> None:
    done = run("explain", "--text", "hi", "--channel", channel, *FILES)
    assert done.exit_code == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"chanel": "twitter", "body": "hi"}', "there is no key `chanel`; did you mean `channel`?"),
        ('{"channel": "twiter", "body": "hi"}', "there is no channel `twiter`; did you mean `twitter`?"),
        ('{"organisation": "Acme"}', "there is no key `organisation`; did you mean `organization`?"),
        ('{"requester": {"nam": "Kim"}}', "there is no key `nam` in `requester`; did you mean `name`?"),
        ("[1, 2]", "a ticket is an object, with keys such as `body`; found list"),
    ],
)
def test_a_slip_in_a_line_is_an_error_of_that_line(line: str, said: str) -> None:
    (answer,) = run("classify", *FILES, given=f"{line}\n").output.splitlines()
    assert json.loads(answer) == {"id": 1, "error": f"line 1: {said}"}


def test_keys_of_other_programs_and_the_channel_other_are_taken() -> None:
    line = '{"channel": "other", "gold": "mention", "why": "x", "updated_at": "y", "group_id": 7, "body": "hi"}'
    assert "error" not in json.loads(run("classify", *FILES, given=f"{line}\n").output)


def test_a_colon_in_a_phrase_is_named_with_the_remedy(tmp_path: Path) -> None:
    text = (ROOT / "routing.yaml").read_text()
    text = text.replace("    when:\n", "    when:\n      phrases:\n        - cannot log in: error 500\n", 1)
    (tmp_path / "routing.yaml").write_text(text)
    done = run("check", str(tmp_path / "routing.yaml"), str(ROOT / "macros.yaml"))
    assert "a colon and a blank make it a mapping: put a text with a colon in quotes" in done.output


def test_examples_hold_for_rules_that_only_record(tmp_path: Path) -> None:
    """A few are enough: that all of them hold is said above."""
    for name in ("routing.yaml", "macros.yaml", "routing.tests.yaml"):
        text = (ROOT / name).read_text()
        (tmp_path / name).write_text(text.replace("  mode: live\n", "  mode: shadow\n", 1))
    examples = tmp_path / "routing.tests.yaml"
    head, *each = examples.read_text().split("\n  - name: ")
    examples.write_text("\n  - name: ".join([head, *each[:12]]))
    done = run("test", str(tmp_path / "routing.yaml"), str(tmp_path / "macros.yaml"))
    assert done.exit_code == 0, done.output
    assert "run as if it was `live`" in done.output


@pytest.mark.parametrize("command", [*commands(get_command(cli))])
def test_every_help_ends_with_examples(command: str) -> None:
    assert f"pointsman {command}" in run(*command.split(), "--help").output.partition("Examples:")[2]


def test_the_lists_that_come_with_us_are_shown_by_name() -> None:
    every, one = CliRunner().invoke(cli, ["lists"]), CliRunner().invoke(cli, ["lists", "$device"])
    assert "$device  Phones, keys and other things that make codes." in every.output.splitlines()
    assert one.output.splitlines()[:3] == ["# Phones, keys and other things that make codes.", "phone*", "cellphone"]
    unknown = CliRunner().invoke(cli, ["lists", "devise"])
    assert (unknown.exit_code, unknown.stderr.strip()) == (1, "There is no list `devise`; did you mean `device`?")
