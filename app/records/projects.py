"""Which project a path in routing.yaml meant when it was first asked for: the id holds when the path does not."""

from __future__ import annotations

import sqlalchemy as sa

from app.records.statements import insert_or_update
from app.records.tables import projects


class KnownProjects:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def id_of(self, path: str) -> int | None:
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(projects.c.project_id).where(projects.c.path == path)).scalar()
        return None if found is None else int(found)

    def path_of(self, project_id: int) -> str | None:
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(projects.c.path).where(projects.c.project_id == project_id)).scalar()
        return None if found is None else str(found)

    def keep(self, path: str, project_id: int) -> None:
        insert_or_update(self._engine, projects, {"path": path}, {"project_id": project_id})
