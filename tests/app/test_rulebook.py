"""Rules that older decisions were made with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.records.config_versions import ConfigVersion
from app.records.records import Records
from app.rulebook import Rulebook
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
