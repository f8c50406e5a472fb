"""`pointsman init`: a folder that works as it is, and acts on nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from app.cli.starter import COPIED, example_environment, starter_files
from app.rules.files import read_rules
from app.settings import MADE_BY_SETUP, BadSettings, load
from tests.support.nowhere import NOWHERE
from tests.support.paths import ROOT


def init(folder: Path) -> Result:
    return CliRunner().invoke(cli, ["init", str(folder)])


def shipped(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_rules_start_in_shadow_and_are_else_the_shipped_ones(tmp_path: Path) -> None:
    assert init(tmp_path / "mine").exit_code == 0
    rules = read_rules(tmp_path / "mine" / "routing.yaml", tmp_path / "mine" / "macros.yaml")
    assert {rules.mode_of(name) for name in rules.routing.archetypes} == {"shadow"}
    assert {rules.mode_of(route.archetype, route.mode) for route in rules.routing.routes} == {"shadow"}
    assert rules.routing_text == shipped("routing.yaml").replace("  mode: live\n", "  mode: shadow\n", 1)
    for name in COPIED[1:]:
        assert (tmp_path / "mine" / name).read_text(encoding="utf-8") == shipped(name)


def test_the_schemas_that_the_files_name_are_there(tmp_path: Path) -> None:
    init(tmp_path)
    for name in ("routing.yaml", "macros.yaml", "routing.tests.yaml"):
        first = (tmp_path / name).read_text(encoding="utf-8").splitlines()[0]
        assert (tmp_path / first.partition("$schema=")[2]).is_file()


def test_it_says_the_next_three_steps_within_eighty_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = init(Path("mine")).output.splitlines()
    assert [line[:4] for line in said if line[2:3].isdigit()] == ["  1.", "  2.", "  3."]
    assert max(map(len, said)) <= 80
    assert "shadow" in said[0]


def test_nothing_is_written_where_a_file_is_already(tmp_path: Path) -> None:
    (tmp_path / "macros.yaml").write_text("mine")
    done = init(tmp_path)
    assert done.exit_code == 1
    assert "already has macros.yaml" in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["macros.yaml"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = init(tmp_path / "file" / "mine")
    assert done.exit_code == 2
    assert isinstance(done.exception, SystemExit)


def test_the_settings_to_fill_in_are_those_that_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    lines = [line for line in example_environment().splitlines() if line and not line.startswith("#")]
    given = {name: value for name, _, value in (line.partition("=") for line in lines)}
    made = {f"{name.upper()}_FILE": f"data/{name}" for name in MADE_BY_SETUP}
    assert given == {**dict.fromkeys({*NOWHERE, "PUBLIC_URL"} - {name.upper() for name in MADE_BY_SETUP}, ""), **made}
    open_ends = [line.startswith("# ") for line in example_environment().splitlines() if "=" in line][1:]
    assert open_ends == sorted(open_ends), "they come first"
    with pytest.raises(BadSettings):
        load(given)
    assert load({**given, **dict.fromkeys(made, ""), **NOWHERE}).port == 8080


def test_the_settings_with_a_default_name_it() -> None:
    lines = example_environment().splitlines()
    assert {"# PORT=8080", "# LOG_LEVEL=info", "# DATABASE_URL=sqlite:///data/pointsman.db"} <= set(lines)


def test_no_secret_can_be_committed_by_mistake() -> None:
    assert ".env" in starter_files()[".gitignore"].splitlines()
