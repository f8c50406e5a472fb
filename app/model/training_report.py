"""What the last training gained, kept beside the models for people who label."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

REPORT: Final = "last_training.json"


@dataclass(frozen=True, slots=True)
class TrainingReport:
    at: str
    tickets: int
    from_team: int
    """Of them, those that this team labelled."""
    compared_on: int
    """Of the newest labelled tickets, which neither model had read; 0: too few, so all were cross-validated."""
    macro_f1_before: float | None
    macro_f1_after: float
    accuracy_before: float | None
    accuracy_after: float
    stored: bool
    """False: it was worse than the model in use."""
    reasons: Sequence[str] = ()

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """None before the first training here, and for a report that cannot be read."""
        try:
            stored: dict[str, Any] = json.loads((folder / REPORT).read_text())
            return cls(**stored)
        except (OSError, ValueError, TypeError):
            return None

    def keep(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f".{REPORT}"
        fresh.write_text(json.dumps(asdict(self)) + "\n")
        fresh.replace(folder / REPORT)
