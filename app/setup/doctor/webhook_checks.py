"""What can be wrong with how Zendesk calls us."""

from collections.abc import Iterable
from typing import Final

from app.setup.doctor.diagnosis import APPLY, LOG, Check, Diagnosis, fail, ok, warn
from app.setup.kinds.trigger import Trigger
from app.setup.kinds.webhook import address_of
from app.setup.objects import Account
from app.setup.values import conditions, mapping, text
from integrations.zendesk.admin import Json

_FINE: Final = frozenset({"success", "accepted", "unknown"})
"""Of an invocation. Throttled and broken circuits are not: what was to be said is lost."""


def webhook(account: Account) -> Iterable[Diagnosis]:
    ours = [row for row in account.zendesk.all("webhooks", "webhooks") if _calls_us(account, row)]
    ours.sort(key=lambda row: not account.owns(row.get("description")))
    if not ours:
        yield fail("zendesk/webhook", f"no webhook calls {account.public_url}/webhooks/zendesk", APPLY)
        return
    row = ours[0]
    if row.get("status") != "active":
        yield fail("zendesk/webhook", "the webhook is switched off", "Switch it on, or run `pointsman setup apply`.")
    else:
        yield ok("zendesk/webhook", "the webhook is active, and calls us")
    added = [one for one in ("authentication", "custom_headers") if row.get(one)]
    if added:
        said = f"somebody gave the webhook {' and '.join(added).replace('_', ' ')}"
        yield warn("zendesk/webhook", said, "Nobody looks at it here: `pointsman setup apply --restore webhook/main`.")
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


def _deliveries(account: Account, webhook_row: Json) -> Iterable[Diagnosis]:
    """What Zendesk throttled, or did not even try, counts too."""
    path = f"webhooks/{webhook_row['id']}/invocations"
    rows = account.zendesk.get(path, **{"page[size]": "100"}).get("invocations") or []
    latest = sorted(rows, key=lambda one: text(one.get("latest_completed_at")), reverse=True)[:10]
    failed = [one for one in latest if text(one.get("status")) not in _FINE or int(one.get("status_code") or 0) >= 400]
    said = ", ".join(
        sorted({" ".join(filter(None, (text(one.get(n)) for n in ("status", "status_code")))) for one in failed})
    )
    if latest and len(failed) == len(latest):
        yield fail("zendesk/deliveries", f"the last {len(latest)} deliveries failed ({said})", LOG)
    elif failed:
        yield warn("zendesk/deliveries", f"{len(failed)} of the last {len(latest)} deliveries failed ({said})", LOG)
    elif latest:
        yield ok("zendesk/deliveries", f"the last {len(latest)} deliveries arrived")


def _calls_us(account: Account, row: Json) -> bool:
    return address_of(text(row.get("endpoint"))) == address_of(f"{account.public_url}/webhooks/zendesk")


def _webhook_of(action: Json) -> str:
    value = action.get("value")
    return text(value[0]) if action.get("field") == "notification_webhook" and isinstance(value, list) else ""


CHECKS: Final = (Check("zendesk/webhook", webhook), Check("zendesk/triggers", triggers))
