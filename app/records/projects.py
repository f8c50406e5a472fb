"""Which project a path in routing.yaml meant when it was first asked for: the id holds when the path does not."""

import sqlalchemy as sa

from app.records.database import TableAccess
from app.records.tables import projects


class KnownProjects(TableAccess):
    def id_of(self, path: str) -> int | None:
        found = self._rows(sa.select(projects.c.project_id).where(projects.c.path == path))
        return found[0]["project_id"] if found else None

    def path_of(self, project_id: int) -> str | None:
        found = self._rows(sa.select(projects.c.path).where(projects.c.project_id == project_id))
        return found[0]["path"] if found else None

    def keep(self, path: str, project_id: int) -> None:
        self._insert_or_update(projects, {"path": path}, {"project_id": project_id})
