"""What is kept of the last training."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.model.training_report import REPORT, TrainingReport

GAINED = TrainingReport(
    at="2026-01-01T12:00:00+00:00", tickets=1240, from_team=40, compared_on=40, macro_f1_before=0.8,
    macro_f1_after=0.85, accuracy_before=None, accuracy_after=0.9, stored=False, reasons=["worse"],
)  # fmt: skip


def test_it_is_read_as_it_was_kept(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    assert TrainingReport.read(folder) is None
    GAINED.keep(folder)
    assert TrainingReport.read(folder) == GAINED


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"at": "x", "more": 1}'])
def test_one_that_cannot_be_read_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / REPORT).write_text(content)
    assert TrainingReport.read(tmp_path) is None
