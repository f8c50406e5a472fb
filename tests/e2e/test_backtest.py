"""Past tickets under other rules, from the records and from Zendesk's export; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from tests.support.harness import Harness, running_harness
from tests.support.paths import ROOT

YESTERDAY = "2020-01-01"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("harness")


@pytest.fixture(scope="module")
def past_harness(folder: Path) -> Iterator[Harness]:
    with running_harness(folder) as harness:
        for text in ("@gitlab kudos to the team for everything!", "This Tweet is no longer available.", "@gitlab hm"):
            harness.triaged(text)
        yield harness


@pytest.fixture
def new_rules(tmp_path: Path) -> Path:
    file = tmp_path / "new.yaml"
    extra = "\n  - name: kudos-are-political\n    when: {phrases: [kudos]}\n    archetype: political\n"
    file.write_text((ROOT / "routing.yaml").read_text().replace("routes:\n", f"routes:{extra}", 1))
    return file


def run(*arguments: str, **environ: str) -> Result:
    files = ["--macros", str(ROOT / "macros.yaml")]
    return CliRunner().invoke(cli, ["backtest", "--from", YESTERDAY, *arguments, *files], env=environ)


def test_says_which_tickets_of_the_records_would_be_treated_otherwise(
    past_harness: Harness, folder: Path, new_rules: Path
) -> None:
    del past_harness
    url = f"sqlite:///{folder / 'pointsman.db'}"
    same = run("--routing", str(ROOT / "routing.yaml"), DATABASE_URL=url)
    assert "Decided 3 tickets again. 0 would get another result." in same.output
    other = run("--routing", str(new_rules), DATABASE_URL=url)
    assert "Decided 3 tickets again. 1 would get another result." in other.output
    assert "mention -> political: 1" in other.output
    assert "route:praise -> route:kudos-are-political" in other.output


def test_decides_again_over_zendesks_export(past_harness: Harness, new_rules: Path) -> None:
    zendesk = past_harness.sandbox.zendesk
    broken = zendesk.create_ticket(body="Nobody can read this")
    zendesk.show_oddly(broken, created_at="soon")
    past_harness.sandbox.clock.advance(120)  # the export leaves out the last minute
    zendesk.calls_clear()
    done = run(
        "--source", "zendesk", "--routing", str(new_rules),
        ZENDESK_URL=zendesk.url, ZENDESK_EMAIL=zendesk.email, ZENDESK_TOKEN=zendesk.token,
    )  # fmt: skip
    assert "mention -> political: 1" in done.output, done.output
    assert f"Ticket {broken} is left out: its form is not known (created_at)." in done.output
    assert {call.method for call in zendesk.calls} == {"GET"}


def test_says_what_is_missing(tmp_path: Path) -> None:
    done = run("--routing", str(ROOT / "routing.yaml"), DATABASE_URL=f"sqlite:///{tmp_path / 'none.db'}")
    assert done.exit_code == 2
    assert "there is no database" in done.output
    assert not (tmp_path / "none.db").exists()
    assert run("--source", "memory").exit_code == 2
    assert CliRunner().invoke(cli, ["backtest", "--from", "soon"]).exit_code == 2


def test_a_decision_whose_text_is_no_longer_kept_is_left_out_and_said(
    past_harness: Harness, folder: Path, new_rules: Path
) -> None:
    decisions = past_harness.service.deps.records.decisions
    oldest = min(decisions.newest(limit=9), key=lambda one: one.decided_at)
    decisions.prune_texts("", oldest.decided_at + "~", limit=1)
    other = run("--routing", str(new_rules), DATABASE_URL=f"sqlite:///{folder / 'pointsman.db'}")
    assert "The backtest leaves out 1 decision(s), because the texts of their tickets are deleted." in other.output
    assert "Decided 2 tickets again" in other.output
