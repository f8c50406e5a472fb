"""What can be wrong in Zendesk."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from app.setup.doctor.diagnosis import Check, Diagnosis, fail, ok, warn
from app.setup.kinds.group import all_groups
from app.setup.kinds.hold import HOW, is_on, uses_hold
from app.setup.kinds.ticket_field import TicketField
from app.setup.kinds.trigger import Trigger
from app.setup.kinds.webhook import address_of
from app.setup.marker import Marker
from app.setup.objects import Account
from app.setup.values import conditions, mapping, text
from app.tags import ARCHETYPE_TAG
from integrations.errors import NotFound, Refused, Unavailable
from integrations.zendesk.admin import Json

SKEW_WARNS, SKEW_FAILS = 30, 120
"""Seconds. Signed deliveries are refused after five minutes."""
MOST_VIEWS: Final = 12
"""That the side bar shows."""
APPLY: Final = "Run `pointsman setup apply`."


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
        yield ok("zendesk/hold", "On-hold is on") if is_on(account) else fail("zendesk/hold", "On-hold is off", HOW)


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
    ours = [row for row in rows if _is_ours(account, row.get("agent_description"))]
    others = [TicketField().found(account, row) for row in rows if row not in ours]
    clash = TicketField.clash(others)
    if clash:
        yield fail("zendesk/fields", clash, f"Take the tags that begin with {ARCHETYPE_TAG} out of the other field.")
    forms = [row for row in _forms(account) if row.get("active")]
    for row in ours:
        missing = [text(form.get("name")) for form in forms if row["id"] not in (form.get("ticket_field_ids") or ())]
        if forms and len(missing) == len(forms):
            yield warn("zendesk/fields", f"the field {row['title']} is in no form", "Add it to a ticket form.")
    if ours and not clash:
        yield ok("zendesk/fields", f"{len(ours)} fields of ours, and no tag of theirs in another field")


def _forms(account: Account) -> list[Json]:
    """None where the account's plan has no forms."""
    try:
        return [*account.zendesk.all("ticket_forms", "ticket_forms")]
    except (NotFound, Refused, Unavailable):
        return []


def webhook(account: Account) -> Iterable[Diagnosis]:
    ours = [row for row in account.zendesk.all("webhooks", "webhooks") if _calls_us(account, row)]
    ours.sort(key=lambda row: not _is_ours(account, row.get("description")))
    if not ours:
        yield fail("zendesk/webhook", f"no webhook calls {account.public_url}/webhooks/zendesk", APPLY)
        return
    row = ours[0]
    if row.get("status") != "active":
        yield fail("zendesk/webhook", "the webhook is switched off", "Switch it on, or run `pointsman setup apply`.")
    else:
        yield ok("zendesk/webhook", "the webhook is active, and calls us")
    secret = mapping(account.zendesk.get(f"webhooks/{row['id']}/signing_secret").get("signing_secret"))
    if secret.get("secret") in account.zendesk_secret.values:
        yield ok("zendesk/secret", "its signing secret is ours")
    else:
        yield fail("zendesk/secret", "its signing secret is not the one in ZENDESK_WEBHOOK_SECRET", APPLY)
    yield from _deliveries(account, row)


def triggers(account: Account) -> Iterable[Diagnosis]:
    """Active, and none of them answers our own updates."""
    ours = {text(row["id"]) for row in account.zendesk.all("webhooks", "webhooks") if _calls_us(account, row)}
    calling = [
        row
        for row in account.zendesk.all("triggers", "triggers")
        if row.get("active") and any(_webhook_of(action) in ours for action in row.get("actions") or ())
    ]
    if not calling:
        yield fail("zendesk/triggers", "no active trigger calls the webhook", APPLY)
        return
    for row in calling:
        rows = conditions(mapping(row.get("conditions")).get("all"))
        if ["role", "is_not", account.bot_id] not in rows and not any(one[0] == "current_via_id" for one in rows):
            yield warn(
                "zendesk/triggers",
                f"the trigger {row['title']} answers our own updates too",
                "Add the condition: Current user, is not, the bot.",
            )
    if len(calling) < len(Trigger().wanted(account)):
        yield warn("zendesk/triggers", "only one of the two triggers is active", APPLY)
    else:
        yield ok("zendesk/triggers", f"{len(calling)} active triggers call the webhook")


def views(account: Account) -> Iterable[Diagnosis]:
    active = sum(1 for row in account.zendesk.all("views", "views") if row.get("active"))
    if active > MOST_VIEWS:
        yield warn(
            "zendesk/views",
            f"{active} shared views are active, and the side bar shows {MOST_VIEWS}",
            "Put the important ones first in Admin Center > Workspaces > Views.",
        )


def _deliveries(account: Account, webhook_row: Json) -> Iterable[Diagnosis]:
    rows = account.zendesk.get(f"webhooks/{webhook_row['id']}/invocations").get("invocations") or []
    latest = sorted(rows, key=lambda one: text(one.get("latest_completed_at")), reverse=True)[:10]
    failed = [one for one in latest if "fail" in text(one.get("status")) or int(one.get("status_code") or 0) >= 400]
    if latest and len(failed) == len(latest):
        code = text(failed[0].get("status_code"))
        yield fail("zendesk/deliveries", f"the last {len(latest)} deliveries failed ({code})", "See the service's log.")
    elif failed:
        yield warn("zendesk/deliveries", f"{len(failed)} of the last {len(latest)} deliveries failed", "See the log.")
    elif latest:
        yield ok("zendesk/deliveries", f"the last {len(latest)} deliveries arrived")


def _calls_us(account: Account, row: Json) -> bool:
    return address_of(text(row.get("endpoint"))) == address_of(f"{account.public_url}/webhooks/zendesk")


def _webhook_of(action: Json) -> str:
    value = action.get("value")
    return text(value[0]) if action.get("field") == "notification_webhook" and isinstance(value, list) else ""


def _is_ours(account: Account, description: object) -> bool:
    marker = Marker.in_text(description)
    return marker is not None and marker.instance == account.instance


CHECKS: Final = (
    Check("zendesk/credentials", credentials),
    Check("zendesk/clock", clock),
    Check("zendesk/hold", hold),
    Check("zendesk/groups", groups),
    Check("zendesk/fields", fields, cheap=False),
    Check("zendesk/webhook", webhook),
    Check("zendesk/triggers", triggers),
    Check("zendesk/views", views, cheap=False),
)
