"""The YAML that decisions were made with, by its hash: any decision can be looked at under the rules it came from."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.records.database import TableAccess
from app.records.tables import config_versions


@dataclass(frozen=True)
class ConfigVersion:
    hash: str
    routing: str
    macros: str
    first_used_at: str


class ConfigVersions(TableAccess):
    def keep(self, version: ConfigVersion) -> None:
        """One that is known stays: the first use is what counts."""
        self._insert_once(config_versions, ["hash"], vars(version))

    def get(self, config_hash: str) -> ConfigVersion | None:
        return self._first(ConfigVersion, sa.select(config_versions).where(config_versions.c.hash == config_hash))
