"""`organization`: the requester's organization in Zendesk."""

from pydantic import Field

from app.rules.conditions.context import Context
from app.rules.conditions.kind import plain, quoted
from app.rules.schema.strict import Flag, Many, Strict
from app.rules.team import fits


class OrganizationConfig(Strict):
    """All keys given must fit the requester's organization."""

    name: Many = Field(default=(), description="`*` at either end stands for anything.")
    present: Flag | None = Field(default=None, description="Whether there is one at all.")
    tags: Many = Field(default=(), description="One of these is on the organization.")


def _asks(wanted: OrganizationConfig, context: Context) -> bool:
    whose = context.ticket.organization
    if whose is None:
        return wanted.present is False and not wanted.name and not wanted.tags
    return (
        wanted.present is not False
        and (not wanted.name or any(fits(pattern, whose.name) for pattern in wanted.name))
        and (not wanted.tags or not set(wanted.tags).isdisjoint(whose.tags))
    )


def _says(wanted: OrganizationConfig, context: Context) -> str:
    whose = context.ticket.organization
    if whose is None:
        return "they have no organization"
    facts = [f"their organization is `{whose.name}`"]
    if wanted.name:
        facts.append(f"asked for {quoted(wanted.name)}")
    if wanted.tags:
        facts.append(f"its tags are {quoted(whose.tags) or 'none'}, asked for {quoted(wanted.tags)}")
    return "; ".join(facts)


KIND = plain("organization", OrganizationConfig, "The organization of the person who wrote.", asks=_asks, says=_says)
