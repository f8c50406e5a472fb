"""A version of the rules as it was in force, each line with an address of its own."""

from __future__ import annotations

from typing import Annotated

from fastapi import HTTPException, Path

from app.desk.page import Content, Page, VisitDep
from app.rules.draft import MACROS, ROUTING

ConfigHash = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]


def read(visit: VisitDep, config_hash: ConfigHash) -> Content:
    found = visit.records.config_versions.get(config_hash)
    if found is None:
        raise HTTPException(404, f"Rules with the hash {config_hash} were never in force here.")
    return {
        "hash": found.hash,
        "first_used_at": found.first_used_at,
        "is_in_force": found.hash == visit.service.deps.rulebook.current().hash,
        "files": {ROUTING: found.routing, MACROS: found.macros},
    }


PAGE = Page(
    "/desk/config/{config_hash}", "Rules as they were", "config.html", read, within="/desk/rules", is_live=False
)
