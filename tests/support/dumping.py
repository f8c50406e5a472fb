"""Rules back to YAML: the same meaning, without the comments."""

from __future__ import annotations

from io import StringIO

from pydantic import BaseModel
from ruamel.yaml import YAML


def dump(model: BaseModel) -> str:
    """What was given, under the names of the file; defaults stay unsaid."""
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.allow_unicode = True
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # the stub says None
    out = StringIO()
    writer.dump(model.model_dump(mode="json", by_alias=True, exclude_unset=True), out)
    return out.getvalue()
