"""The webhook that calls us."""

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from app.setup.kinds.zendesk_kind import ZendeskKind
from app.setup.objects import Account, Wanted
from app.setup.values import Values, text
from integrations.zendesk.admin import Json

WEBHOOK = "webhook/main"


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
        }

    def body(self, values: Values) -> dict[str, Any]:
        return dict(values)

    def is_seen(self, raw: Json) -> bool:
        """One that an app made is the app's."""
        return not raw.get("external_source")


def address_of(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.lower(), path=parts.path.rstrip("/")).geturl()
