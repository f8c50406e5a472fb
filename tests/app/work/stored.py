"""A workflow by itself: its steps are done at once, and what it queues is written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.work.engine.engine import JSON, Work
from app.work.jobs.job import Jobs


@dataclass
class Stored:
    """Stands in for the engine."""

    answers: dict[str, JSON] = field(default_factory=dict)
    """Of steps that are not done here: as if they had been before."""
    works: list[Work] = field(default_factory=list)

    def step(self, name: str, function: Callable[..., JSON], *args: Any) -> JSON:
        return self.answers[name] if name in self.answers else function(*args)

    def later(self, work: Work) -> None:
        """A known key is the same work."""
        if work.key not in {one.key for one in self.works}:
            self.works.append(work)

    def jobs(self) -> Jobs:
        return Jobs(self, *[None] * 5)  # type: ignore[arg-type]  # steps and work to come are all that is needed
