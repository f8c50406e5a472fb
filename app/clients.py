"""From the settings to clients of the other services, one for each worker thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.metrics import CALLS
from app.settings import Settings, ZendeskSettings
from integrations.chat.client import ChatWebhook
from integrations.gitlab.client import GitLabClient
from integrations.llm import LanguageModel
from integrations.per_thread import PerThread
from integrations.sentry.client import SentryClient
from integrations.zendesk.client import ZendeskClient


@dataclass(frozen=True)
class Clients:
    zendesk: Callable[[], ZendeskClient]
    gitlab: Callable[[], GitLabClient]
    sentry: Callable[[], SentryClient] | None
    """None without SENTRY_URL."""
    chat: Callable[[], ChatWebhook] | None
    """None without CHAT_WEBHOOK_URL."""
    language_model: Callable[[], LanguageModel] | None
    """None without LLM_URL."""

    @classmethod
    def of(cls, settings: Settings) -> Clients:
        return cls(
            PerThread(lambda: zendesk_client(settings)).get,
            PerThread(lambda: gitlab_client(settings)).get,
            PerThread(lambda: _sentry(settings)).get if settings.sentry_url else None,
            PerThread(lambda: _chat(settings)).get if settings.chat_webhook_url else None,
            PerThread(lambda: _language_model(settings)).get if settings.llm_url else None,
        )


def zendesk_client(settings: ZendeskSettings) -> ZendeskClient:
    return ZendeskClient(
        settings.zendesk_url,
        email=settings.zendesk_email,
        token=settings.zendesk_token.get_secret_value() if settings.zendesk_token else "",
        oauth_token=settings.zendesk_oauth_token.get_secret_value() if settings.zendesk_oauth_token else "",
        on_response=lambda service, response: _count(service, response.status_code),
    )


def gitlab_client(settings: Settings) -> GitLabClient:
    return GitLabClient(
        settings.gitlab_url,
        settings.gitlab_token.get_secret_value(),
        on_response=lambda service, response: _count(service, response.status_code),
    )


def _sentry(settings: Settings) -> SentryClient:
    token = settings.sentry_token.get_secret_value() if settings.sentry_token else ""
    return SentryClient(settings.sentry_url, settings.sentry_org, token)


def _chat(settings: Settings) -> ChatWebhook:
    return ChatWebhook(settings.chat_webhook_url.get_secret_value() if settings.chat_webhook_url else "")


def _language_model(settings: Settings) -> LanguageModel:
    token = settings.llm_token.get_secret_value() if settings.llm_token else ""
    return LanguageModel(settings.llm_url, settings.llm_model, token)


def _count(service: str, status: int) -> None:
    CALLS.labels(service, f"{status // 100}xx").inc()
