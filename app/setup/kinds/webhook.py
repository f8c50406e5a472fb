"""The webhook that calls us."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from app.setup.kinds.zendesk_kind import ZendeskKind
from app.setup.objects import Account, Remote, Wanted
from app.setup.values import Values, mapping, text
from integrations.errors import Refused
from integrations.zendesk.admin import Json

WEBHOOK = "webhook/main"
_GUARDED = frozenset({"authentication", "custom_headers"})
"""Ours has none of them: a delivery is signed. Compared, and never sent but to take them away."""


class Webhook(ZendeskKind):
    name = "webhook"
    lost = "Its triggers call nobody any more."
    path, many, one = "webhooks", "webhooks", "webhook"
    update = "PATCH"
    deactivated: ClassVar[Values] = {"status": "inactive"}

    def wanted(self, account: Account) -> Sequence[Wanted]:
        if not account.rules.routing.setup.webhook:
            return []
        values = {
            "name": "Pointsman",
            "endpoint": address_of(f"{account.public_url}/webhooks/zendesk"),
            "http_method": "POST",
            "request_format": "json",
            "status": "active",
            "subscriptions": ["conditional_ticket_events"],
            "authentication": "",
            "custom_headers": [],
        }
        return [Wanted(WEBHOOK, values, manual=account.zendesk_secret.why_not)]

    def parse(self, raw: Json) -> Values:
        return {
            "name": text(raw.get("name")),
            "endpoint": address_of(text(raw.get("endpoint"))),
            "http_method": text(raw.get("http_method")).upper(),
            "request_format": text(raw.get("request_format")),
            "status": text(raw.get("status")),
            "subscriptions": sorted(map(text, raw.get("subscriptions") or ())),
            "authentication": _authentication(mapping(raw.get("authentication"))),
            "custom_headers": sorted(mapping(raw.get("custom_headers"))),
        }

    def body(self, values: Values) -> dict[str, Any]:
        return {name: value for name, value in values.items() if name not in _GUARDED}

    def body_of_change(self, values: Values, found: Remote) -> dict[str, Any]:
        """Only what differs. What people added to vouch for us is taken away by null."""
        body = {name: value for name, value in self.body(values).items() if found.values.get(name) != value}
        if "subscriptions" in body:
            why = "what a webhook is subscribed to stays for good: delete it by hand, and apply again"
            raise Refused(self.service, why, "subscriptions")
        if found.values["authentication"] and not values["authentication"]:
            body["authentication"] = None
        removed = set(found.values["custom_headers"]) - set(values["custom_headers"])
        return body | ({"custom_headers": dict.fromkeys(sorted(removed))} if removed else {})

    def is_seen(self, raw: Json) -> bool:
        """One that an app made is the app's."""
        return not raw.get("external_source")


def _authentication(given: Mapping[str, Any]) -> str:
    """`basic_auth header ann`: its secrets are never shown."""
    shown = (given.get("type"), given.get("add_position"), mapping(given.get("data")).get("username"))
    return " ".join(filter(None, map(text, shown)))


def address_of(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.lower(), path=parts.path.rstrip("/")).geturl()
