"""From the settings to clients of the other services, one each for all threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.settings import SLACK_PREFIX, Settings, ZendeskSettings
from integrations.chat import ChatChannels, ChatWebhook, Mattermost, Slack
from integrations.gitlab.client import GitLabClient
from integrations.llm import LanguageModel
from integrations.outbound import UNGUARDED, Outbound
from integrations.sentry.client import SentryClient
from integrations.short_links.resolver import ShortLinkResolver
from integrations.zendesk.client import ZendeskClient


@dataclass(frozen=True)
class Clients:
    """For any thread: there are as many connections as calls at once, not as threads."""

    zendesk: ZendeskClient
    gitlab: GitLabClient
    sentry: SentryClient | None
    """None without SENTRY_URL."""
    chat: ChatWebhook | None
    """None without CHAT_WEBHOOK_URL."""
    chat_channels: ChatChannels | None
    """None without CHAT_TOKEN."""
    language_model: LanguageModel | None
    """None without LLM_URL."""
    close: Callable[[], None]
    short_links: ShortLinkResolver | None = None
    """None with SHORT_LINKS=false, and beside the sandbox."""

    @property
    def services(self) -> tuple[str, ...]:
        """Those that may be called, as metrics name them."""
        others = {"sentry": self.sentry, "chat": self.chat or self.chat_channels, "llm": self.language_model}
        return ("zendesk", "gitlab", *(name for name, client in others.items() if client))

    @classmethod
    def of(cls, settings: Settings, outbound: Outbound = UNGUARDED) -> Clients:
        """Calls nobody."""
        zendesk, gitlab = zendesk_client(settings, outbound), gitlab_client(settings, outbound)
        sentry = _sentry(settings, outbound) if settings.sentry_url else None
        address = settings.chat_webhook_url.get_secret_value() if settings.chat_webhook_url else ""
        chat = ChatWebhook(address, outbound=outbound) if address else None
        chat_channels = _chat_channels(settings, outbound)
        language_model = _language_model(settings, outbound) if settings.llm_url else None

        def close() -> None:
            for client in (zendesk, gitlab, sentry, chat, chat_channels, language_model):
                if client is not None:
                    client.close()

        resolver = ShortLinkResolver() if settings.follows_short_links else None
        return cls(zendesk, gitlab, sentry, chat, chat_channels, language_model, close, resolver)


def zendesk_client(settings: ZendeskSettings, outbound: Outbound = UNGUARDED) -> ZendeskClient:
    return ZendeskClient(
        settings.zendesk_url,
        email=settings.zendesk_email,
        token=settings.zendesk_token.get_secret_value() if settings.zendesk_token else "",
        oauth_token=settings.zendesk_oauth_token.get_secret_value() if settings.zendesk_oauth_token else "",
        outbound=outbound,
    )


def gitlab_client(settings: Settings, outbound: Outbound = UNGUARDED) -> GitLabClient:
    return GitLabClient(
        settings.gitlab_url,
        settings.gitlab_token.get_secret_value(),
        outbound=outbound,
    )


def _chat_channels(settings: Settings, outbound: Outbound) -> ChatChannels | None:
    """A token of Slack says that it is one."""
    token = settings.chat_token.get_secret_value() if settings.chat_token else ""
    if token.startswith(SLACK_PREFIX):
        return Slack.at(settings.chat_url, token, outbound=outbound)
    return Mattermost.at(settings.chat_url, token, outbound=outbound) if token else None


def _sentry(settings: Settings, outbound: Outbound) -> SentryClient:
    token = settings.sentry_token.get_secret_value() if settings.sentry_token else ""
    return SentryClient(settings.sentry_url, settings.sentry_org, token, outbound=outbound)


def _language_model(settings: Settings, outbound: Outbound) -> LanguageModel:
    token = settings.llm_token.get_secret_value() if settings.llm_token else ""
    return LanguageModel(settings.llm_url, settings.llm_model, token, outbound=outbound)
