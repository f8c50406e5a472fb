"""The YAML that decisions were made with, by its hash: any decision can be looked at under the rules it came from."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.records.tables import config_versions


@dataclass(frozen=True)
class ConfigVersion:
    hash: str
    routing: str
    macros: str
    first_used_at: str


class ConfigVersions:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def keep(self, version: ConfigVersion) -> None:
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(config_versions).values(**vars(version)))
        except IntegrityError:
            """Known: the first use is what counts."""

    def get(self, config_hash: str) -> ConfigVersion | None:
        with self._engine.connect() as connection:
            query = sa.select(config_versions).where(config_versions.c.hash == config_hash)
            row = connection.execute(query).mappings().first()
        return ConfigVersion(**row) if row else None
