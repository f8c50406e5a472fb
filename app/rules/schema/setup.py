"""`setup:` of routing.yaml: what `pointsman setup` makes in Zendesk and GitLab."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from app.rules.schema.base import Count
from app.rules.schema.strict import Flag, Many, Strict, Text

Key = Annotated[str, StringConstraints(pattern=r"^[a-z_]+/[a-z0-9][a-z0-9_./-]*$")]
ViewName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]


class ViewConfig(Strict):
    """A view of Zendesk. A ticket is in it when everything given here fits."""

    title: Text
    group: str = Field(default="", description="A Zendesk group.")
    channel: Many = Field(default=(), description="One of these channels of routing.yaml.")
    not_channel: Many = Field(default=(), description="None of these channels.")
    tags: Many = Field(default=(), description="One of these tags.")
    below: Literal["open", "pending", "hold", "solved", "closed"] = Field(
        default="pending", description="The status is less than this. `pending`: new and open tickets."
    )
    hours: Count | None = Field(default=None, description="The person has waited for more than these hours.")


class SetupConfig(Strict):
    """What `pointsman setup` makes, and keeps as it is said here."""

    instance: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,20}$")] = Field(
        default="main", description="Tells two services in one account apart, such as `staging`."
    )
    create_groups: Flag = Field(default=False, description="Make the groups that are named here and are missing.")
    webhook: Flag = Field(default=True, description="The webhook of Zendesk, and the triggers that call it.")
    hooks: Flag = Field(default=True, description="A webhook in the project of each tracker.")
    labels: Flag = Field(
        default=True, description="The labels of new issues and of `closing.labels`, in every tracker."
    )
    archetype_field: Flag = Field(default=True, description="A drop-down with the archetypes.")
    issue_field: Flag = Field(default=True, description="A text field for the address of the linked issue.")
    attach_to_forms: Many = Field(
        default=(), description="Ticket forms that get these fields, by name. Nothing is taken out of a form."
    )
    macros: Flag = Field(default=True, description="Every macro of macros.yaml, one for each of its channels.")
    channel_views: Flag = Field(default=True, description="A view for each channel.")
    views: dict[ViewName, ViewConfig] = Field(default_factory=dict)
    keep: dict[Key, dict[str, Any]] = Field(
        default_factory=dict,
        description="Values that people set by hand and that stay, by key. `setup apply --accept KEY` prints them.",
    )
