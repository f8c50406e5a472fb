"""Automation services and own scripts hand over mentions here: what people wrote where Zendesk does not look."""

import hashlib
from collections.abc import Sequence

from app.feeds.mention import NoMentions, read_mentions
from app.signatures import WebhookSecrets, verify_standard_webhook
from app.web.webhooks.source import Ignored, NotUnderstood, Received, WebhookSource
from app.work.messages import TakeMentions, Work

_BEARER = "bearer "


def _verify(received: Received, secrets: Sequence[str]) -> None:
    """A plain secret comes as a bearer token, a `whsec_` one signs as Standard Webhooks have it."""
    authorization = received.headers.get("authorization", "")
    token = authorization[len(_BEARER) :].strip() if authorization.lower().startswith(_BEARER) else None
    verify_standard_webhook(
        secrets=WebhookSecrets.of(secrets),
        signature=received.headers.get("webhook-signature"),
        message_id=received.headers.get("webhook-id"),
        timestamp=received.headers.get("webhook-timestamp"),
        token=token,
        body=received.body,
        now=received.at,
    )


def _work(received: Received, own_id: int | None) -> Work | Ignored:
    del own_id  # what we wrote ourselves is known by its author, see `feeds:`
    try:
        mentions, problems = read_mentions(received.body)
    except NoMentions as error:
        raise NotUnderstood(str(error)) from error
    key = f"mentions:{hashlib.sha256(received.body).hexdigest()[:32]}"
    message = TakeMentions(key=key, accepted_at=received.at, mentions=tuple(mentions), problems=tuple(problems))
    return Work(message, once=True)


MENTIONS = WebhookSource(
    name="mentions",
    summary="Automation services hand over what people wrote elsewhere",
    advice="`pointsman schema mention` prints what a mention looks like.",
    secrets=lambda settings: settings.mentions_webhook_secret,
    verify=_verify,
    own_id=lambda _identity: None,
    work=_work,
)
