"""The signing secret of Zendesk's webhook, which Zendesk makes: it is read there and written into our file."""

from collections.abc import Sequence

from app.setup.kinds.webhook import WEBHOOK
from app.setup.marker import Marker
from app.setup.objects import Account, ObjectKind, Remote, Wanted
from app.setup.secret_files import fingerprint
from app.setup.values import Values, mapping, reference, text
from integrations.errors import NotFound

KEY = "secret/zendesk"


class SigningSecret(ObjectKind):
    name = "secret"
    drifts = False
    follows = WEBHOOK

    def wanted(self, account: Account) -> Sequence[Wanted]:
        if not account.rules.routing.setup.webhook:
            return []
        values = {"webhook": reference(WEBHOOK), "in our file": True}
        return [Wanted(KEY, values, manual=account.zendesk_secret.why_not)]

    def read(self, account: Account) -> Sequence[Remote]:
        ours = Marker(WEBHOOK, account.instance)
        rows = account.zendesk.all("webhooks", "webhooks")
        listed = [text(raw["id"]) for raw in rows if Marker.in_text(raw.get("description")) == ours]
        return [self._found(account, one) for one in listed[:1]]

    def read_one(self, account: Account, remote_id: str) -> Remote | None:
        """Of the webhook of this id, which may be too new for the list."""
        try:
            return self._found(account, remote_id)
        except NotFound:
            return None

    def create(self, account: Account, key: str, values: Values, marker: Marker) -> Remote:
        del key, marker
        secret = _secret(account, values["webhook"])
        if not secret:
            raise NotFound("zendesk", "the webhook has no signing secret", "no_secret")
        account.zendesk_secret.put(secret)
        return self._found(account, values["webhook"])

    def change(self, account: Account, found: Remote, values: Values, marker: Marker) -> Remote:
        del found
        return self.create(account, KEY, values, marker)

    def _found(self, account: Account, webhook_id: str) -> Remote:
        secret = _secret(account, webhook_id)
        values = {"webhook": webhook_id, "in our file": bool(secret) and secret in account.zendesk_secret.values}
        return Remote(webhook_id, fingerprint(secret), values, Marker(KEY, account.instance))


def _secret(account: Account, webhook_id: str) -> str:
    answer = account.zendesk.get(f"webhooks/{webhook_id}/signing_secret")
    return text(mapping(answer.get("signing_secret")).get("secret"))
