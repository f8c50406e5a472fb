"""The schema of macros.yaml: texts for people, and descriptions of issues."""

from typing import Literal

from pydantic import Field

from app.rules.placeholders import REPLY_PLACEHOLDERS, TEMPLATE_PLACEHOLDERS, meanings
from app.rules.schema.base import MacroName, Status
from app.rules.schema.strict import Name, Strict, Tag, Text


class MacroConfig(Strict):
    """A text for people. `${name}` is replaced by a declared placeholder's value, `$$` is a dollar sign."""

    description: str = ""
    text: dict[Name, Text] = Field(description="By channel; `default` for every other one.")
    placeholders: tuple[Name, ...] = Field(default=(), description=meanings(REPLY_PLACEHOLDERS))
    tags: tuple[Tag, ...] = ()
    status: Status | None = None
    visibility: Literal["public", "internal"] = "public"


class TemplateConfig(Strict):
    """The description of an issue. A line whose placeholders are all empty is left out, and so is a bare heading."""

    description: str = ""
    text: Text
    placeholders: tuple[Name, ...] = Field(default=(), description=meanings(TEMPLATE_PLACEHOLDERS))


class MacrosConfig(Strict):
    """macros.yaml."""

    version: Literal[1]
    macros: dict[MacroName, MacroConfig]
    templates: dict[MacroName, TemplateConfig] = Field(default_factory=dict)
