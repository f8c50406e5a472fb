"""The hooks of `mentions:` in routing.yaml: senders whose body cannot be shaped, and a forum's own webhook."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import SecretStr

from app.feeds.mapping import map_mentions
from app.feeds.mention import NoMentions
from app.rules.schema.mentions import DiscourseHookConfig, JsonHookConfig
from app.service import Service
from app.settings import Settings
from app.signatures import verify_discourse
from app.web.webhooks.endpoint import ANSWERS, receive_delivery
from app.web.webhooks.mentions import take_mentions, verify_mentions
from app.web.webhooks.refused_log import RefusedLog
from app.web.webhooks.source import Ignored, NotUnderstood, Received, WebhookSource
from app.work.mentions.feed_post import mention_of
from app.work.messages import Work
from integrations.feeds.discourse import pushed_post

log = structlog.get_logger(__name__)

FORM = "application/x-www-form-urlencoded"
WRITTEN = frozenset({"post_created", "post_recovered"})
EDITED, DELETED = "post_edited", "post_destroyed"
EDITS_COUNT = timedelta(days=1)
"""An older post that is edited was a ticket long ago, or was never to be one."""


def mention_hooks_router(service: Service) -> APIRouter:
    """The hooks are looked up by each request, because routing.yaml changes while the service runs."""
    router = APIRouter(tags=["webhooks"])
    for name in service.deps.rulebook.current().routing.mentions:
        if not secrets_of(name, service.deps.settings):
            log.warning("mention_hook_closed", hook=name, advice=f"set MENTIONS_WEBHOOK_SECRET_{name.upper()}")
    refused = RefusedLog("mentions")

    @router.post(
        "/webhooks/mentions/{name}",
        summary="A sender whose body `mentions:` of routing.yaml explains",
        status_code=202,
        response_class=Response,
        responses={**ANSWERS, 404: {"description": "No such hook, or no secret for it"}},
    )
    async def receive(name: str, request: Request) -> Response:
        hook = service.deps.rulebook.current().routing.mentions.get(name)
        secrets = secrets_of(name, service.deps.settings)
        if hook is None or not secrets:
            return Response(status_code=404, content="no_such_hook", media_type="text/plain")
        source = hook_source(name, hook)
        return await receive_delivery(request, source, [one.get_secret_value() for one in secrets], refused, service)

    return router


def secrets_of(name: str, settings: Settings) -> Sequence[SecretStr]:
    return settings.mentions_webhook_secret_.get(name) or settings.mentions_webhook_secret


def hook_source(name: str, hook: JsonHookConfig | DiscourseHookConfig) -> WebhookSource:
    verify, work = (
        (_verify_discourse, partial(_pushed, name, hook))
        if isinstance(hook, DiscourseHookConfig)
        else (verify_mentions, partial(_mapped, name, hook))
    )
    return WebhookSource(
        name="mentions",
        summary="",
        advice=f"Compare it with `mentions.{name}` of routing.yaml.",
        secrets=partial(secrets_of, name),
        verify=verify,
        own_id=lambda _identity: None,
        work=work,
    )


def _mapped(name: str, hook: JsonHookConfig, received: Received, own_id: int | None) -> Work:
    del own_id
    is_form = received.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM
    try:
        mentions, problems = map_mentions(received.body, hook, is_form=is_form)
    except NoMentions as error:
        raise NotUnderstood(str(error).removesuffix(".")) from error
    return take_mentions(received, mentions, problems, hook=name)


def _verify_discourse(received: Received, secrets: Sequence[str]) -> None:
    signature = received.headers.get("x-discourse-event-signature")
    verify_discourse(secrets=secrets, signature=signature, body=received.body)


def _pushed(name: str, hook: DiscourseHookConfig, received: Received, own_id: int | None) -> Work | Ignored:
    del own_id
    event = received.headers.get("x-discourse-event", "")
    if event not in {*WRITTEN, EDITED, DELETED}:
        return "event_of_no_interest"
    try:
        post = pushed_post(hook.address, received.body)
    except ValueError as error:
        raise NotUnderstood("its post cannot be read") from error
    if post is None:
        return "event_of_no_interest"
    if event == EDITED and (post.published_at is None or post.published_at < received.at - EDITS_COUNT):
        return "event_of_no_interest"
    mention = mention_of(hook.channel, replace(post, deleted=event == DELETED))
    if mention is None:
        raise NotUnderstood("its post cannot become a mention")
    return take_mentions(received, [mention], [], hook=name)
