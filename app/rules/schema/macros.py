"""The schema of macros.yaml: texts for people, and descriptions of issues."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.rules.placeholders import REPLY_PLACEHOLDERS, TEMPLATE_PLACEHOLDERS, meanings
from app.rules.schema.base import MacroName, Status
from app.rules.schema.strict import Name, Strict, Tag, Text

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


class MacroConfig(Strict):
    """A text for people. `${name}` is replaced by a declared placeholder's value, `$$` is a dollar sign."""

    description: str = ""
    text: dict[Name, Text] = Field(description="By channel; `default` for every other one.")
    without_issue: dict[Name, Text] = Field(
        default_factory=dict,
        description="The same where the issue is confidential: texts that do not name it. By channel, with `default`.",
    )
    shorter: dict[Name, Text] = Field(
        default_factory=dict, description="By channel: what is taken where `text` is too long for it."
    )
    placeholders: tuple[Name, ...] = Field(default=(), description=meanings(REPLY_PLACEHOLDERS))
    language: Language | None = Field(
        default=None,
        description="Suggested to whoever writes in this language, if the team does not answer it: `pt`, `zh`.",
    )
    tags: tuple[Tag, ...] = ()
    status: Status | None = None
    visibility: Literal["public", "internal"] = "public"

    def every_text(self) -> tuple[str, ...]:
        return (*self.text.values(), *self.shorter.values(), *self.without_issue.values())


class MissingConfig(Strict):
    """How `${missing}` asks for what a report lacks."""

    version: Text = "the GitLab version"
    steps: Text = "the steps that lead to it"
    log: Text = "any error text"


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
    missing: MissingConfig = MissingConfig()
