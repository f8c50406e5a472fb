"""`docs:` of routing.yaml: the product's documentation, in which answers are looked for."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from app.rules.schema.base import MacroName, Share
from app.rules.schema.feeds import Address, Minutes, checked_address
from app.rules.schema.strict import Many, Strict


def _checked(value: str) -> str:
    return checked_address(value) if "://" in value else value


class DocsConfig(Strict):
    """Where the documentation is, and which tickets its sections are shown for."""

    source: Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_checked)] = Field(
        description="A folder, a zip or a tar.gz on disk, or the https address of such an archive. Pages are the files "
        "that end in .md, .markdown, .html or .htm."
    )
    folder: str = Field(default="", description="The pages' folder within it. Empty: all of it.")
    base_url: Address = Field(description="What addresses of pages begin with, https://docs.example.com.")
    pages: Literal["folder", "html", "file"] = Field(
        default="folder",
        description="Where the page `ci/yaml.md` is: `folder` means `ci/yaml/`, `html` means `ci/yaml.html`, `file` "
        "means `ci/yaml.md`.",
    )
    anchors: Literal["gitlab", "github"] = Field(
        default="gitlab", description="How headings of Markdown get their anchors."
    )
    every: Minutes = Field(default=60, description="Minutes between two looks whether it changed.")
    archetypes: Many = Field(
        default=("general_question", "bug_report"), description="Tickets that get its sections in their note."
    )
    show_at: Share = Field(
        default=0.3,
        description="Similarity from which a section is shown. At most three are. Bug reports need `offer_at`.",
    )
    offer_at: Share = Field(default=0.45, description="Similarity from which the best section is offered in a reply.")
    reply: MacroName | None = Field(
        default=None,
        description="The reply that is suggested with the best section, where the archetype has no reply of its own.",
    )
