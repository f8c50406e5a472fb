"""The signing secret of Zendesk's webhook, which Zendesk makes: it is read there and written into our file."""

from collections.abc import Sequence

from app.setup.kinds.webhook import WEBHOOK
from app.setup.marker import Marker
from app.setup.objects import Account, ObjectKind, Remote, Wanted
from app.setup.secret_files import fingerprint
from app.setup.values import Values, text
from integrations.errors import NotFound

KEY = "secret/zendesk"


class SigningSecret(ObjectKind):
    name = "secret"
    drifts = False
    follows = WEBHOOK

    def wanted(self, account: Account) -> Sequence[Wanted]:
        if not account.rules.routing.setup.webhook:
            return []
        return [Wanted(KEY, {"in our file": True}, manual=account.zendesk_secret.why_not)]

    def read(self, account: Account) -> Sequence[Remote]:
        secret, webhook_id = _secret(account)
        marker = Marker(KEY, account.instance)
        held = bool(secret) and secret in account.zendesk_secret.values
        return [Remote(webhook_id, fingerprint(secret), {"in our file": held}, marker)] if webhook_id else []

    def read_one(self, account: Account, remote_id: str) -> Remote | None:
        return next((one for one in self.read(account) if one.remote_id == remote_id), None)

    def create(self, account: Account, key: str, values: Values, marker: Marker) -> Remote:
        del key, values, marker
        secret, webhook_id = _secret(account)
        if not secret:
            raise NotFound("zendesk", "there is no webhook with a signing secret", "no_webhook")
        account.zendesk_secret.put(secret)
        return Remote(webhook_id, fingerprint(secret), {"in our file": True}, Marker(KEY, account.instance))

    def change(self, account: Account, found: Remote, values: Values, marker: Marker) -> Remote:
        del found
        return self.create(account, KEY, values, marker)


def _secret(account: Account) -> tuple[str, str]:
    """The secret, and the id of our webhook; both empty where there is none."""
    ours = Marker(WEBHOOK, account.instance)
    for raw in account.zendesk.all("webhooks", "webhooks"):
        if Marker.in_text(raw.get("description")) == ours:
            answer = account.zendesk.get(f"webhooks/{raw['id']}/signing_secret")
            secret = answer.get("signing_secret")
            return text(secret.get("secret")) if isinstance(secret, dict) else "", text(raw["id"])
    return "", ""
