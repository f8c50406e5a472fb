"""GET /api/config: the rules in force, why changed files were refused, and any version by its hash."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from pydantic import BaseModel, Field

from app.web.api.dependencies import RecordsDep, ServiceDep

router = APIRouter(prefix="/api/config", tags=["configuration"])


class ConfigOut(BaseModel):
    hash: str
    problems: list[str] = Field(description="Why the files as they are now were refused; empty: they are in force.")


class ConfigVersionOut(BaseModel):
    hash: str
    first_used_at: str
    routing: str
    macros: str


@router.get("", summary="The rules in force")
def in_force(service: ServiceDep) -> ConfigOut:
    rulebook = service.deps.rulebook
    return ConfigOut(hash=rulebook.current().hash, problems=list(rulebook.problems()))


@router.get("/{config_hash}", summary="The files that a decision was made with")
def version(config_hash: Annotated[str, Path(pattern="^[0-9a-f]{16}$")], records: RecordsDep) -> ConfigVersionOut:
    found = records.config_versions.get(config_hash)
    if found is None:
        raise HTTPException(404, f"Rules with the hash {config_hash} were never in force here.")
    return ConfigVersionOut(**vars(found))
