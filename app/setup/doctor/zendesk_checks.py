"""What can be wrong in Zendesk."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from app.setup.doctor.diagnosis import Check, Diagnosis, fail, ok, warn
from app.setup.doctor.token_end import SOON_DAYS, days_until
from app.setup.kinds.group import all_groups
from app.setup.kinds.hold import HOW, is_on, uses_hold
from app.setup.kinds.ticket_field import TicketField
from app.setup.kinds.zendesk_kind import is_personal
from app.setup.objects import Account
from app.setup.values import mapping, text
from app.tags import ARCHETYPE_TAG
from integrations.errors import NotFound, Refused, Unavailable
from integrations.zendesk.admin import Json

SKEW_WARNS, SKEW_FAILS = 30, 120
"""Seconds. Signed deliveries are refused after five minutes."""
MOST_VIEWS: Final = 12
"""That the side bar shows."""


def credentials(account: Account) -> Iterable[Diagnosis]:
    who = mapping(account.service.get("users/me").get("user"))
    role = text(who.get("role"))
    if role not in {"agent", "admin"}:
        yield fail(
            "zendesk/credentials", f"the bot's role is {role or 'nobody'}", "Make it an agent, and its token new."
        )
    elif role == "agent":
        yield warn(
            "zendesk/credentials",
            "the bot is an agent and no admin",
            "Missed tickets are found by the incremental export, which needs an admin.",
        )
    else:
        yield ok("zendesk/credentials", f"signed in as {role} {text(who.get('id'))}")


def token(account: Account) -> Iterable[Diagnosis]:
    """Only an OAuth token has scopes, and mostly an end."""
    if not account.service.is_oauth:
        return
    said = mapping(account.service.get("oauth/tokens/current").get("token"))
    if "scopes" not in said:
        yield warn("zendesk/token", "Zendesk does not tell the token's scopes", "It needs read and write: look there.")
        return
    scopes = [text(one) for one in said["scopes"] or ()]
    lacks = [one for one in ("read", "write") if one not in scopes and not _has_each(scopes, one)]
    days = days_until(said.get("expires_at"))
    if lacks:
        have = ", ".join(scopes) or "none"
        yield fail("zendesk/token", f"the token has the scopes {have}", f"Make one with {' and '.join(lacks)}.")
    elif days is not None and days < SOON_DAYS:
        yield warn("zendesk/token", f"the token ends in {days} days", "Make a new one, and put it where this one is.")
    else:
        yield ok("zendesk/token", f"scopes {', '.join(scopes)}{f', valid for {days} days' if days is not None else ''}")


def _has_each(scopes: Sequence[str], verb: str) -> bool:
    """What the service itself does needs no more than these."""
    return {f"tickets:{verb}", f"users:{verb}"} <= {*scopes}


def settings(account: Account) -> Iterable[Diagnosis]:
    """What is switched on decides how tickets look, and which channels there are."""
    said = mapping(account.zendesk.get("account/settings").get("settings"))
    features = mapping(said.get("active_features"))
    shown = {
        "agent workspace": mapping(said.get("agents")).get("agent_workspace"),
        "rich text": mapping(said.get("tickets")).get("rich_text_comments"),
        "private apps": mapping(said.get("apps")).get("create_private"),
        "Twitter": features.get("twitter"),
        "Facebook": features.get("facebook"),
    }
    words = [f"{name} {'on' if on else 'off'}" for name, on in shown.items() if on is not None]
    if not words:
        return
    if shown["agent workspace"] is False:
        remedy = (
            "Without it there are no messages of Twitter and Facebook: Admin Center > Workspaces > Agent Workspace."
        )
        yield warn("zendesk/settings", ", ".join(words), remedy)
    else:
        yield ok("zendesk/settings", ", ".join(words))


def clock(account: Account) -> Iterable[Diagnosis]:
    there = account.service.clock()
    if there is None:
        return
    skew = abs((datetime.now(UTC) - there).total_seconds())
    said = f"the clocks differ by {skew:.0f} s"
    remedy = "Set this machine's clock by NTP: signed deliveries are refused after five minutes."
    if skew >= SKEW_FAILS:
        yield fail("zendesk/clock", said, remedy)
    elif skew >= SKEW_WARNS:
        yield warn("zendesk/clock", said, remedy)
    else:
        yield ok("zendesk/clock", said)


def hold(account: Account) -> Iterable[Diagnosis]:
    if uses_hold(account):
        yield ok("zendesk/hold", "On-hold is on") if is_on(account) else fail("zendesk/hold", "the rules use it", HOW)


def groups(account: Account) -> Iterable[Diagnosis]:
    for name in all_groups(account.rules.routing):
        if name not in account.groups:
            yield fail("zendesk/groups", f"there is no group {name}", "Make it, or set `setup.create_groups: true`.")
            continue
        members = account.zendesk.get(f"groups/{account.groups[name]}/memberships").get("group_memberships")
        if not members:
            yield warn("zendesk/groups", f"the group {name} has no members", "Add members: nobody sees its tickets.")
        else:
            yield ok("zendesk/groups", f"{name} is there, with members")


def fields(account: Account) -> Iterable[Diagnosis]:
    """Ours are in the forms, and no other field has their tags."""
    rows = [*account.zendesk.all("ticket_fields", "ticket_fields")]
    ours = [row for row in rows if account.owns(row.get("agent_description"))]
    others = [TicketField().found(account, row) for row in rows if row not in ours]
    clash = TicketField.clash(others)
    if clash:
        yield fail("zendesk/fields", clash, f"Take the tags that begin with {ARCHETYPE_TAG} out of the other field.")
    off = [text(row.get("title")) for row in ours if not row.get("active")]
    if off:
        yield warn("zendesk/fields", f"switched off: {', '.join(off)}", "Switch it on, or take it out of `setup:`.")
    if ours and not clash and not off:
        yield ok("zendesk/fields", f"{len(ours)} fields of ours, and no tag of theirs in another field")
    for form in (row for row in _forms(account) if row.get("active")):
        there = {text(one) for one in form.get("ticket_field_ids") or ()}
        missing = [text(row.get("title")) for row in ours if text(row["id"]) not in there]
        name = text(form.get("name"))
        if missing:
            remedy = f"Add it by hand, or name the form: `setup: {{attach_to_forms: [{name}]}}`."
            yield warn("zendesk/forms", f"the form {name} has no {', '.join(missing)}", remedy)
        elif ours:
            yield ok("zendesk/forms", f"the form {name} has our fields")


def _forms(account: Account) -> list[Json]:
    """None where the account's plan has no forms."""
    try:
        return [*account.zendesk.all("ticket_forms", "ticket_forms")]
    except (NotFound, Refused, Unavailable):
        return []


def views(account: Account) -> Iterable[Diagnosis]:
    rows = account.zendesk.all("views", "views")
    active = sum(1 for row in rows if row.get("active") and not is_personal(row))
    if active > MOST_VIEWS:
        yield warn(
            "zendesk/views",
            f"{active} shared views are active, and the side bar shows {MOST_VIEWS}",
            "Put the important ones first in Admin Center > Workspaces > Views.",
        )


CHECKS: Final = (
    Check("zendesk/credentials", credentials),
    Check("zendesk/token", token),
    Check("zendesk/settings", settings, cheap=False),
    Check("zendesk/clock", clock),
    Check("zendesk/hold", hold),
    Check("zendesk/groups", groups),
    Check("zendesk/fields", fields, cheap=False),
    Check("zendesk/views", views, cheap=False),
)
