"""JSON Schemas for editors, made from the models that the loader checks with."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from app.rules.examples import ExamplesConfig
from app.rules.routing import RoutingConfig
from app.rules.schema.macros import MacrosConfig

FILES: Final[dict[str, type[BaseModel]]] = {"routing": RoutingConfig, "macros": MacrosConfig, "tests": ExamplesConfig}


def json_schema(name: str) -> dict[str, Any]:
    """The schema of `routing`, `macros` or `tests`. Raises KeyError for another name."""
    model = FILES[name]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(by_alias=True)}


def schema_text(schema: Mapping[str, Any]) -> str:
    """As the files under schemas/ have it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
