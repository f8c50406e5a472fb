"""train and evaluate, as ops type them: corrections are learned, and a worse model is refused."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from app.cli import learning
from app.cli.errors import NotDone
from app.cli.learning import Sources, corrections, solved, train_model
from app.cli.main import cli
from app.model.encoder import Encoder
from app.model.store import ModelStore
from app.model.training.examples import TrainingExample, shipped_examples
from app.records.corrections import Correction
from app.records.records import Records
from app.rules.files import read_rules
from app.settings import ZendeskSettings, zendesk_settings
from app.work.snapshot import ticket_as_json
from integrations.sandbox import Sandbox
from tests.support.export_page import OF_NOBODY, ORDINARY, ExportingZendesk
from tests.support.paths import ROOT

NOW = datetime(2026, 11, 1, tzinfo=UTC)
KINDS = ("mention", "political", "spam")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'pointsman.db'}"


@cache
def examples_of(kind: str) -> list[TrainingExample]:
    return [one for one in shipped_examples() if one.archetype == kind]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three archetypes and no encoder: trained in a second."""
    few = [one for kind in KINDS for one in examples_of(kind)[:24]]
    monkeypatch.setattr(learning, "shipped_examples", lambda: few)
    monkeypatch.setattr(Encoder, "installed", classmethod(lambda cls: None))


def correct(database_url: str, count: int, *, archetype: str, was: str, kind: str) -> None:
    """Corrections of so many tickets, one a day; `kind`: what their texts are really about."""
    records = Records.open(database_url)
    texts = examples_of(kind)[24 : 24 + count]
    for day, example in enumerate(texts):
        ticket = ticket_as_json(replace(example.ticket, channel=example.channel, public=True))
        at = (NOW + timedelta(days=day)).isoformat()
        records.corrections.save(Correction(1000 + hash(kind) % 1000 * 100 + day, archetype, was, "model", ticket, at))
    records.close()


def sources(database_url: str, zendesk: ZendeskSettings | None = None, since: datetime = NOW) -> Sources:
    return Sources(database_url, zendesk, since, read_rules(ROOT / "routing.yaml", ROOT / "macros.yaml"))


def test_solved_tickets_that_a_person_tagged_are_learned_from(database_url: str) -> None:
    with Sandbox.start() as sandbox:
        zendesk = sandbox.zendesk
        person = {"name": "Ada Example", "email": "ada@example.org"}
        by_person, ours, unsolved = (
            zendesk.create_ticket(body=f"Ticket {n}", via_channel="twitter", requester=person, tags=tags)
            for n, tags in enumerate(
                (["archetype__mention"], ["archetype__mention", "pointsman_done"], ["archetype__political"])
            )
        )
        for ticket_id in (by_person, ours):
            zendesk.set_status(ticket_id, "solved")
        zendesk.show_oddly(zendesk.create_ticket(), created_at="soon")  # the others are read all the same
        sandbox.clock.advance(120)
        settings = zendesk_settings(sandbox.environment())
        found = list(solved(sources(database_url, settings, datetime(2020, 1, 1, tzinfo=UTC))))
        assert unsolved not in {one.ticket.id for one in found}
    assert [(one.ticket.id, one.archetype, one.channel) for one in found] == [(by_person, "mention", "twitter")]
    assert found[0].ticket.tags == ()


def test_scrubbed_tickets_are_not_learned_from(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "zendesk_client", lambda _settings: ExportingZendesk())
    given: Any = object()
    found = list(solved(sources(database_url, given)))
    assert [one.ticket.id for one in found] == [ORDINARY, OF_NOBODY]


def test_models_are_stored_where_the_service_looks_for_them(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: list[Path] = []
    monkeypatch.setattr(learning, "train_model", lambda _out, _sources, folder, **_: folders.append(folder))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("MODEL_FOLDER", str(tmp_path / "models"))
    files = ["--routing", str(ROOT / "routing.yaml"), "--macros", str(ROOT / "macros.yaml")]
    CliRunner().invoke(cli, ["train", *files])
    CliRunner().invoke(cli, ["train", *files, "--folder", str(tmp_path / "other")])
    assert folders == [tmp_path / "models", tmp_path / "other"]


def train(database_url: str, folder: Path, *, force: bool = False) -> tuple[int, str]:
    out = Console(width=120, record=True, quiet=False, file=(folder.parent / "out.txt").open("w"))
    code = train_model(out, sources(database_url), folder, force=force)
    out.file.close()
    return code, out.export_text()


def test_corrections_are_read_with_the_tickets_as_they_were(database_url: str) -> None:
    assert list(corrections(database_url)) == []
    correct(database_url, 3, archetype="political", was="mention", kind="political")
    found = list(corrections(database_url))
    assert [(one.archetype, one.source, one.weight) for one in found] == [("political", "correction", 3.0)] * 3
    assert all(one.ticket.body and one.channel and one.at for one in found)


def test_a_trained_model_is_stored_and_the_last_three_are_kept(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "_below_measured", lambda *_, **__: ())
    code, said = train(database_url, tmp_path / "models")
    assert code == 0, said
    assert "thresholds: {high:" in said
    first = ModelStore(tmp_path / "models").current()
    correct(database_url, 4, archetype="political", was="mention", kind="political")
    assert train(database_url, tmp_path / "models")[0] == 0
    assert ModelStore(tmp_path / "models").current() != first
    assert len(ModelStore(tmp_path / "models").versions()) == 2


def test_a_worse_model_is_refused_unless_told(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "_below_measured", lambda *_, **__: ("macro F1 falls from 0.900 to 0.100",))
    code, said = train(database_url, tmp_path / "models")
    assert code == 1
    assert "macro F1 falls from 0.900 to 0.100" in said
    assert ModelStore(tmp_path / "models").current() is None
    assert train(database_url, tmp_path / "models", force=True)[0] == 0
    assert ModelStore(tmp_path / "models").current() is not None


def test_new_corrections_are_the_judge_when_there_are_enough(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty dated tickets that neither model has read: both are tried on them, and both results are printed."""
    monkeypatch.setattr("app.model.training.gate.FEWEST_IN_SLICE", 10)
    for kind in ("political", "spam"):
        correct(database_url, 24, archetype=kind, was="mention", kind=kind)
    _, said = train(database_url, tmp_path / "models", force=True)
    assert "before" in said
    assert "after" in said


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    file = tmp_path / "labelled.jsonl"
    lines = (ROOT / "app/model/tickets/two_factor_reset.jsonl").read_text().splitlines()[:5]
    file.write_text("\n".join(lines) + "\n")
    return file


def evaluate(*arguments: str) -> str:
    files = ["--routing", str(ROOT / "routing.yaml"), "--macros", str(ROOT / "macros.yaml")]
    done = CliRunner().invoke(cli, ["evaluate", *arguments, *files])
    assert done.exit_code == 0, done.output
    return done.output


def test_measures_rules_and_model_together(labelled: Path) -> None:
    said = evaluate(str(labelled))
    for part in ("5 tickets", "macro F1", "two_factor_reset", "calibration error"):
        assert part in said


def test_measures_as_json(labelled: Path) -> None:
    found = json.loads(evaluate(str(labelled), "--json"))
    assert found["count"] == 5
    assert {"accuracy", "macro_f1", "coverage_at", "confusion", "worst"} <= found.keys()


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"id": "x"}\n')
    files = ["--routing", str(ROOT / "routing.yaml"), "--macros", str(ROOT / "macros.yaml")]
    done = CliRunner().invoke(cli, ["evaluate", str(tmp_path / "bad.jsonl"), *files])
    assert done.exit_code == 2
    assert "bad.jsonl:1" in done.output


def test_training_without_the_extra_says_in_one_sentence_what_to_install(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "app.model.training.train", raising=False)
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    with pytest.raises(NotDone, match=r"^Training needs threadpoolctl\. Install it: pip install 'pointsman\[train\]'$"):
        train_model(Console(quiet=True), sources(database_url), tmp_path, force=False)
