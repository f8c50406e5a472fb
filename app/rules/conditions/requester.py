"""`requester`: who wrote."""

from pydantic import Field

from app.rules.conditions.context import Context
from app.rules.conditions.kind import plain, quoted, same
from app.rules.schema.strict import Flag, Many, Strict
from app.rules.team import bare_handle, fits


class RequesterConfig(Strict):
    """All keys given must fit the person who wrote."""

    domain: Many = Field(default=(), description="Of the e-mail address; `*.example.com` for all below it.")
    email: Many = Field(default=(), description="`*` at either end stands for anything.")
    handle: Many = ()
    role: Many = Field(default=(), description="Zendesk's: end-user, agent, admin.")
    team_member: Flag | None = Field(default=None, description="By `team:` of routing.yaml.")
    tags: Many = Field(default=(), description="One of these is on the user.")


def _asks(wanted: RequesterConfig, context: Context) -> bool:
    who = context.ticket.requester
    return (
        (not wanted.domain or (bool(who.domain) and any(fits(p, who.domain) for p in wanted.domain)))
        and (not wanted.email or (bool(who.email) and any(fits(p, who.email) for p in wanted.email)))
        and (not wanted.handle or (bool(who.handle) and bare_handle(who.handle) in map(bare_handle, wanted.handle)))
        and (not wanted.role or same(wanted.role, who.role))
        and (wanted.team_member is None or context.team_member is wanted.team_member)
        and (not wanted.tags or not set(wanted.tags).isdisjoint(who.tags))
    )


def _says(wanted: RequesterConfig, context: Context) -> str:
    """Names no address: more people read traces than tickets."""
    who = context.ticket.requester
    facts = []
    if wanted.domain:
        facts.append(f"their domain is `{who.domain or 'unknown'}`, asked for {quoted(wanted.domain)}")
    if wanted.email:
        facts.append("their e-mail address was compared")
    if wanted.handle:
        facts.append(f"their handle is `{who.handle or 'unknown'}`, asked for {quoted(wanted.handle)}")
    if wanted.role:
        facts.append(f"their role is `{who.role}`, asked for {quoted(wanted.role)}")
    if wanted.team_member is not None:
        facts.append("they are one of us" if context.team_member else "they are not one of us")
    if wanted.tags:
        facts.append(f"their tags are {quoted(who.tags) or 'none'}, asked for {quoted(wanted.tags)}")
    return "; ".join(facts)


KIND = plain("requester", RequesterConfig, "Who wrote.", asks=_asks, says=_says)
