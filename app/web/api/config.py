"""GET /api/config: the rules in force, why changed files were refused, and any version by its hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from pydantic import BaseModel, Field

from app.records.config_versions import ConfigVersions
from app.rulebook import Rulebook


class ConfigOut(BaseModel):
    hash: str
    problems: list[str] = Field(description="Why the files as they are now were refused; empty: they are in force.")


class ConfigVersionOut(BaseModel):
    hash: str
    first_used_at: str
    routing: str
    macros: str


@dataclass(frozen=True)
class ConfigPages:
    rulebook: Rulebook
    versions: ConfigVersions

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/config", tags=["configuration"])
        router.add_api_route("", self.in_force, summary="The rules in force")
        router.add_api_route("/{config_hash}", self.version, summary="The files that a decision was made with")
        return router

    def in_force(self) -> ConfigOut:
        return ConfigOut(hash=self.rulebook.current().hash, problems=list(self.rulebook.problems()))

    def version(self, config_hash: Annotated[str, Path(pattern="^[0-9a-f]{16}$")]) -> ConfigVersionOut:
        found = self.versions.get(config_hash)
        if found is None:
            raise HTTPException(404, f"Rules with the hash {config_hash} were never in force here.")
        return ConfigVersionOut(**vars(found))
