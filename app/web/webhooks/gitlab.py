"""GitLab as a source of webhooks. It re-sends nothing, and switches failing hooks off."""

from collections.abc import Sequence

from app.signatures import WebhookSecrets, verify_standard_webhook
from app.web.webhooks.gitlab_deliveries import IssueChanged, NoteWritten, read_gitlab_delivery
from app.web.webhooks.source import Ignored, Received, WebhookSource
from app.work.messages import FollowIssue, Work
from app.work.updates.relay_note import relay_work


def _verify(received: Received, secrets: Sequence[str]) -> None:
    verify_standard_webhook(
        secrets=WebhookSecrets.of(secrets),
        signature=received.headers.get("webhook-signature"),
        message_id=received.headers.get("webhook-id"),
        timestamp=received.headers.get("webhook-timestamp"),
        token=received.headers.get("x-gitlab-token"),
        body=received.body,
        now=received.at,
    )


def _work(received: Received, own_id: int | None) -> Work | Ignored:
    delivery = read_gitlab_delivery(received.body, received.headers)
    if delivery is None:
        return "event_of_no_interest"
    if own_id is not None and _is_own(delivery, own_id):
        return "own_update"
    if isinstance(delivery, NoteWritten):
        return relay_work(delivery.project_id, delivery.iid, delivery.note_id, received.at)
    message = FollowIssue(key=delivery.key, accepted_at=received.at, project_id=delivery.project_id, iid=delivery.iid)
    return Work(message, merged=True)


def _is_own(delivery: IssueChanged | NoteWritten, own_id: int) -> bool:
    """Opening and editing are what we do ourselves. A new state is followed whoever made it, and whatever the action is
    called: somebody may use our token by hand, and the worker compares states anyway."""
    if isinstance(delivery, NoteWritten):
        return delivery.author_id == own_id
    ours = delivery.action == "open" or (delivery.action == "update" and not delivery.state_changed)
    return ours and delivery.user_id == own_id


GITLAB = WebhookSource(
    name="gitlab",
    summary="A GitLab project or group hook delivers here",
    advice="Check that the hook has no custom template, and that nothing else sends to this address.",
    # Without a secret, reconciliation finds what changed.
    secrets=lambda settings: settings.gitlab_webhook_secret,
    verify=_verify,
    own_id=lambda identity: identity.gitlab_id,
    work=_work,
)
