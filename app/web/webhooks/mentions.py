"""Automation services and own scripts hand over mentions here: what people wrote where Zendesk does not look."""

import hashlib
from base64 import b64decode
from collections.abc import Sequence

from app.feeds.mention import Mention, NoMentions, read_mentions
from app.signatures import WebhookSecrets, verify_standard_webhook
from app.web.webhooks.source import Ignored, NotUnderstood, Received, WebhookSource
from app.work.messages import TakeMentions, Work


def verify_mentions(received: Received, secrets: Sequence[str]) -> None:
    """A plain secret comes as a bearer token or password, a `whsec_` one signs as Standard Webhooks have it."""
    verify_standard_webhook(
        secrets=WebhookSecrets.of(secrets),
        signature=received.headers.get("webhook-signature"),
        message_id=received.headers.get("webhook-id"),
        timestamp=received.headers.get("webhook-timestamp"),
        token=_token(received.headers.get("authorization", "")),
        body=received.body,
        now=received.at,
    )


def _token(authorization: str) -> str | None:
    """Senders that can set no header have the secret in the address: `https://hook:SECRET@...` is a password."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() == "basic":
        try:
            return b64decode(given.strip(), validate=True).decode().partition(":")[2]
        except ValueError:
            return ""
    return None


def take_mentions(received: Received, mentions: Sequence[Mention], problems: Sequence[str], *, hook: str = "") -> Work:
    # Of this minute: a sender's repetition is known, and an edit that is taken back brings the same body later.
    digest = hashlib.sha256(hook.encode() + received.body).hexdigest()[:32]
    key = f"mentions:{digest}:{received.at:%Y%m%d%H%M}"
    return Work(
        TakeMentions(key=key, accepted_at=received.at, mentions=tuple(mentions), problems=tuple(problems), hook=hook),
        once=True,
    )


def _work(received: Received, own_id: int | None) -> Work | Ignored:
    del own_id  # what we wrote ourselves is known by its author, see `feeds:`
    try:
        return take_mentions(received, *read_mentions(received.body))
    except NoMentions as error:
        raise NotUnderstood(str(error).removesuffix(".")) from error


MENTIONS = WebhookSource(
    name="mentions",
    summary="Automation services hand over what people wrote elsewhere",
    advice="`pointsman schema mention` prints what a mention looks like.",
    secrets=lambda settings: settings.mentions_webhook_secret,
    verify=verify_mentions,
    own_id=lambda _identity: None,
    work=_work,
)
