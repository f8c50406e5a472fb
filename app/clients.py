"""From the settings to clients of the other services, one for each worker thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.metrics import CALLS
from app.settings import Settings, ZendeskSettings
from app.work.limits.guard import Guard
from integrations.chat.client import ChatWebhook
from integrations.gitlab.client import GitLabClient
from integrations.llm import LanguageModel
from integrations.per_thread import PerThread
from integrations.sentry.client import SentryClient
from integrations.zendesk.client import ZendeskClient


@dataclass(frozen=True)
class Clients:
    """zenpy and python-gitlab get one client for each worker thread; httpx's may be shared."""

    zendesk: Callable[[], ZendeskClient]
    gitlab: Callable[[], GitLabClient]
    sentry: SentryClient | None
    """None without SENTRY_URL."""
    chat: ChatWebhook | None
    """None without CHAT_WEBHOOK_URL."""
    language_model: LanguageModel | None
    """None without LLM_URL."""
    close: Callable[[], None]

    @classmethod
    def of(cls, settings: Settings, guard: Guard | None = None) -> Clients:
        """Calls nobody."""
        zendesk = PerThread(lambda: zendesk_client(settings, guard))
        gitlab = PerThread(lambda: gitlab_client(settings, guard))
        sentry = _sentry(settings) if settings.sentry_url else None
        chat = ChatWebhook(settings.chat_webhook_url.get_secret_value()) if settings.chat_webhook_url else None
        language_model = _language_model(settings) if settings.llm_url else None

        def close() -> None:
            for client in (zendesk, gitlab, sentry, chat, language_model):
                if client is not None:
                    client.close()

        return cls(zendesk.get, gitlab.get, sentry, chat, language_model, close)


def zendesk_client(settings: ZendeskSettings, guard: Guard | None = None) -> ZendeskClient:
    return ZendeskClient(
        settings.zendesk_url,
        email=settings.zendesk_email,
        token=settings.zendesk_token.get_secret_value() if settings.zendesk_token else "",
        oauth_token=settings.zendesk_oauth_token.get_secret_value() if settings.zendesk_oauth_token else "",
        on_response=lambda service, response: _count(service, response.status_code),
        watch=guard,
    )


def gitlab_client(settings: Settings, guard: Guard | None = None) -> GitLabClient:
    return GitLabClient(
        settings.gitlab_url,
        settings.gitlab_token.get_secret_value(),
        on_response=lambda service, response: _count(service, response.status_code),
        watch=guard,
    )


def _sentry(settings: Settings) -> SentryClient:
    token = settings.sentry_token.get_secret_value() if settings.sentry_token else ""
    return SentryClient(settings.sentry_url, settings.sentry_org, token)


def _language_model(settings: Settings) -> LanguageModel:
    token = settings.llm_token.get_secret_value() if settings.llm_token else ""
    return LanguageModel(settings.llm_url, settings.llm_model, token)


def _count(service: str, status: int) -> None:
    CALLS.labels(service, f"{status // 100}xx").inc()
