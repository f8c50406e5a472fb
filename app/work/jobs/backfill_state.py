"""How far a backfill came: kept for the command that shows it, and for the run that goes on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from app.records.progress import Progress
from app.work.messages import BackfillMessage, Stored
from integrations.errors import IntegrationError

# Nobody waits for it, and a source is not to be annoyed.
PAUSE_SECONDS = 1.0
MOST_PAGES = 1000


class BackfillState(Stored):
    """How far it came. Counts are of posts, or of tickets that were there."""

    state: Literal["reading", "ended", "limit", "failed"] = "reading"
    """`limit`: there is more, and the next run goes on."""
    run: int = 1
    page: int = 0
    before: str = ""
    """Where the next page begins."""
    reached: datetime | None = None
    """The time of what was read last."""
    oldest_first: bool = False
    read: int = 0
    tickets: int = 0
    """That are to be made, or judged."""
    left_out: dict[str, int] = Field(default_factory=dict)
    why: str = ""
    """Why it does not go on, or waits."""


@dataclass(frozen=True)
class BackfillStates:
    progress: Progress

    def of(self, asked: BackfillMessage) -> BackfillState | None:
        kept = self.progress.of(asked.name)
        return BackfillState.model_validate_json(kept.value) if kept else None

    def keep(self, asked: BackfillMessage, state: BackfillState, now: datetime) -> None:
        self.progress.reached(asked.name, state.model_dump_json(), now=now.isoformat())

    def not_read(self, asked: BackfillMessage, state: BackfillState, error: IntegrationError, now: datetime) -> None:
        """Raises the error again where the page may be read later."""
        ends = {"why": str(error), "state": "reading" if error.retryable else "failed"}
        self.keep(asked, state.model_copy(update=ends), now)
        if error.retryable:
            raise error


def share_done(asked: BackfillMessage, state: BackfillState, now: datetime) -> float:
    """Of the time that is worked through; between 0 and 1."""
    if state.state == "ended":
        return 1.0
    whole = max((now - asked.since).total_seconds(), 1.0)
    done = timedelta()
    if state.reached:
        done = state.reached - asked.since if state.oldest_first else now - state.reached
    return min(max(done.total_seconds() / whole, 0.0), 1.0)
