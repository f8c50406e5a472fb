"""Rules that older decisions were made with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.records.config_versions import ConfigVersion
from app.records.records import Records
from app.rulebook import Rulebook
from app.rules.files import read_rules
from tests.support.paths import ROOT

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_older_rules_that_this_version_refuses_are_stood_in_for_by_those_in_force(tmp_path: Path) -> None:
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    try:
        rulebook = Rulebook(ROOT / "routing.yaml", ROOT / "macros.yaml", records.config_versions, lambda: NOW)
        records.config_versions.keep(ConfigVersion("older", "archetypes: [gone]", "macros: {}", NOW.isoformat()))
        assert rulebook.by_hash("older") is rulebook.current()
        with pytest.raises(KeyError):
            rulebook.by_hash("never")
    finally:
        records.close()


def test_files_that_changed_after_they_were_loaded_come_into_force(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'pointsman.db'}"
    files = tmp_path / "routing.yaml", tmp_path / "macros.yaml"
    for file in files:
        file.write_text((ROOT / file.name).read_text())
    loaded = read_rules(*files)
    files[0].write_text(f"{files[0].read_text()}\n# Edited while the service starts.\n")
    Records.migrate(url)
    records = Records.open(url, has_newest_tables=True)
    try:
        rulebook = Rulebook(*files, records.config_versions, lambda: NOW, loaded)
        assert rulebook.current() is loaded
        rulebook.refresh()
        assert rulebook.current().routing_text == files[0].read_text()
    finally:
        records.close()
