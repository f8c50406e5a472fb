"""Do events still reach us? A source that falls silent has mostly switched its webhook off."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.records.progress import Progress
from app.work.issues.projects import ProjectCache
from app.work.jobs.dependencies import Dependencies
from integrations.errors import NotFound, Refused

# Kept for all processes this often: one small write, not one for each delivery.
KEEP_EVERY = timedelta(seconds=10)
OUR_PATH = "/webhooks/gitlab"


@dataclass(frozen=True)
class LastDeliveries:
    """When each source last sent something."""

    progress: Progress
    now: Callable[[], datetime]
    sources: tuple[str, ...]
    received: dict[str, datetime] = field(default_factory=dict)
    """By this process: the last verified delivery of each source, of interest or not."""
    _kept: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """The last delivery that was stored, and when it was."""

    def keep(self) -> None:
        """Store it for all processes; called by the clock, because no webhook may wait for it."""
        for source, at in list(self.received.items()):
            kept = self._kept.get(source)
            if kept is None or (kept[0] < at and self.now() - kept[1] >= KEEP_EVERY):
                self._kept[source] = (at, self.now())
                self.progress.reached(kept_as(source), "", now=at.isoformat())

    def last(self, source: str) -> datetime:
        """When any process received its last delivery; without one, when this was first asked."""
        kept = self.progress.of(kept_as(source))
        if kept is None:
            kept = self.progress.reached(kept_as(source), "", now=self.now().isoformat())
        at = datetime.fromisoformat(kept.at)
        return max(at, self.received.get(source, at))

    def silent_for(self, source: str) -> timedelta:
        return self.now() - self.last(source)


def kept_as(source: str) -> str:
    return f"last_delivery:{source}"


@dataclass(frozen=True)
class WebhookAlerts:
    """What to tell the team when events no longer reach us."""

    deps: Dependencies
    last: LastDeliveries
    projects: ProjectCache
    setup_problems: Callable[[], list[tuple[str, str]]] = list
    """`(check, sentence)` for each, as this process saw them last."""

    def silent(self, hours: int) -> Iterator[tuple[str, str]]:
        """`(source, sentence)` for each that has sent nothing for so long."""
        for source in self.last.sources:
            if self.last.silent_for(source) > timedelta(hours=hours):
                yield source, f"Nothing has come from {source} for {hours} hours. Is its webhook switched off?"

    def disabled_hooks(self) -> Iterator[tuple[str, str]]:
        """`(project, sentence)`. Only a maintainer may see hooks: where we may not, there is nothing to say."""
        if "gitlab" not in self.last.sources:
            return
        trackers = self.deps.rulebook.current().routing.trackers.values()
        for path in sorted({tracker.project for tracker in trackers}):
            try:
                hooks = self.deps.gitlab.hooks(self.projects.get(path).id)
            except (Refused, NotFound):
                continue
            if any(hook.is_disabled and hook.url.endswith(OUR_PATH) for hook in hooks):
                sentence = (
                    f"GitLab has switched off the webhook of {path}: its events are lost until it is tested again."
                )
                yield path, sentence
