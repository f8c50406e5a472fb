"""Do events still reach us? What to tell the team when they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.rules.loading import Rules
from app.work.lookups import Projects
from app.work.operations.webhook_health import Listening
from integrations.errors import NotFound, Refused
from integrations.gitlab.client import GitLabClient

OUR_DOOR = "/webhooks/gitlab"


@dataclass(frozen=True)
class Watch:
    listening: Listening
    gitlab: Callable[[], GitLabClient]
    projects: Projects

    def silent(self, hours: int) -> Iterator[tuple[str, str]]:
        """`(source, sentence)` for each that has sent nothing for so long."""
        for source in self.listening.sources:
            if self.listening.silent_for(source) > timedelta(hours=hours):
                yield source, f"Nothing has come from {source} for {hours} hours. Is its webhook switched off?"

    def disabled_hooks(self, rules: Rules) -> Iterator[tuple[str, str]]:
        """`(project, sentence)`. Only a maintainer may see hooks: where we may not, there is nothing to say."""
        if "gitlab" not in self.listening.sources:
            return
        for path in sorted({tracker.project for tracker in rules.routing.trackers.values()}):
            try:
                hooks = self.gitlab().hooks(self.projects.get(path).id)
            except (Refused, NotFound):
                continue
            if any(hook.is_disabled and hook.url.endswith(OUR_DOOR) for hook in hooks):
                yield (
                    path,
                    f"GitLab has switched off the webhook of {path}: its events are lost until it is tested again.",
                )
