"""Tells team members and bots by `team:` of routing.yaml."""

from app.rules.schema.base import TeamConfig
from app.ticket import Organization, Requester


def fits(pattern: str, text: str) -> bool:
    """Whether they are equal but for case. `*` at either end of the pattern stands for anything."""
    pattern, text = pattern.casefold(), text.casefold()
    open_start, open_end = pattern.startswith("*"), pattern.endswith("*")
    core = pattern.strip("*")
    if open_start and open_end:
        return core in text
    if open_start:
        return text.endswith(core)
    return text.startswith(core) if open_end else text == core


def is_team_member(team: TeamConfig, requester: Requester, organization: Organization | None = None) -> bool:
    """By e-mail domain or address, handle, Zendesk role or organization; one of them is enough."""
    return (
        requester.domain in map(str.lower, team.domains)
        or requester.email.lower() in map(str.lower, team.emails)
        or (bool(requester.handle) and bare_handle(requester.handle) in map(bare_handle, team.handles))
        or requester.role in team.roles
        or (organization is not None and team.organization is not None and fits(team.organization, organization.name))
    )


def is_bot(team: TeamConfig, requester: Requester) -> bool:
    """Whether it is a listed bot that may not start work."""
    bots = team.bots

    def listed(patterns: tuple[str, ...], text: str) -> bool:
        return bool(text) and any(fits(pattern, text) for pattern in patterns)

    handle = bare_handle(requester.handle)
    if listed(bots.may_start_work, requester.email) or listed(tuple(map(bare_handle, bots.may_start_work)), handle):
        return False
    return listed(bots.emails, requester.email) or listed(tuple(map(bare_handle, bots.handles)), handle)


def bare_handle(handle: str) -> str:
    """`@GitLab` and `gitlab` name the same account."""
    return handle.strip().lstrip("@").lower()
