"""Projects by their path: GitLab is asked once per process, because they hardly ever change."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.rules.loading import Rules
from app.work.jobs.dependencies import Dependencies
from integrations.errors import NotFound, Refused
from integrations.gitlab.issues import Project


@dataclass(frozen=True)
class ProjectCache:
    deps: Dependencies
    _known: dict[str, Project] = field(default_factory=dict)

    def get(self, path: str) -> Project:
        """Raises IntegrationError; only answers are kept. A project that was renamed or moved is found by its id."""
        if path not in self._known:
            with naming_tracker(self.deps.rulebook.current(), path):
                self._known[path] = self._ask(path)
        return self._known[path]

    def _ask(self, path: str) -> Project:
        remembered = self.deps.records.projects
        try:
            project = self.deps.gitlab.project(path)
        except (NotFound, Refused):  # a former path answers with a redirect, which is not followed
            project_id = remembered.id_of(path)
            if project_id is None:
                raise
            return self.deps.gitlab.project(project_id)
        remembered.keep(path, project.id)
        return project


@contextmanager
def naming_tracker(rules: Rules, path: str) -> Iterator[None]:
    """What GitLab refuses says of which project, and where routing.yaml names it."""
    try:
        yield
    except (NotFound, Refused) as error:
        place = rules.place_of_tracker(path)
        named = f"{error.message}: project {path}" + (f" ({place})" if place else "")
        raise type(error)(error.service, named, error.reason) from error
