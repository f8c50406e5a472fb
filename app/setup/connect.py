"""From the environment to both accounts, read as far as the kinds need it."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from pydantic import SecretStr

from app.rules.loading import Rules
from app.settings import SetupSettings
from app.setup.objects import Account
from app.setup.secret_files import WebhookSecret
from app.setup.values import mapping, text
from integrations.errors import IntegrationError, NotFound, Refused
from integrations.gitlab.admin import GitLabAdmin
from integrations.outbound import UNGUARDED, Outbound
from integrations.zendesk.admin import ZendeskAdmin

T = TypeVar("T")


def connect(
    settings: SetupSettings,
    environ: Mapping[str, str],
    rules: Rules,
    *,
    needs_admin: bool = True,
    outbound: Outbound = UNGUARDED,
) -> Account:
    """Raises IntegrationError; Refused with the reason for a person without the rights."""
    unread: list[tuple[str, str]] = []

    def read(service: str, look: Callable[[], T], without: T) -> T:
        """For `doctor` what cannot be read is a finding of its own."""
        try:
            return look()
        except IntegrationError as error:
            if needs_admin:
                raise
            unread.append((service, error.message))
            return without

    service = _zendesk(settings, settings.zendesk_email, settings.zendesk_token, outbound)
    admin = service
    if settings.zendesk_admin_token is not None:
        admin = _zendesk(settings, settings.zendesk_admin_email, settings.zendesk_admin_token, outbound)
    gitlab = GitLabAdmin(settings.gitlab_url, settings.gitlab_token.get_secret_value(), outbound=outbound)
    bot_id = read("zendesk", lambda: _bot_id(service), "")
    if needs_admin:
        _refuse_who_is_no_admin(admin)
    knows_us = not unread
    return Account(
        rules=rules,
        zendesk=admin,
        service=service,
        gitlab=gitlab,
        public_url=settings.public_url,
        bot_id=bot_id,
        zendesk_secret=WebhookSecret.of(environ, "ZENDESK_WEBHOOK_SECRET"),
        gitlab_secret=WebhookSecret.of(environ, "GITLAB_WEBHOOK_SECRET"),
        groups=read("zendesk", lambda: _groups(admin), {}) if knows_us else {},
        definitions=read("zendesk", lambda: _definitions(admin), {}) if knows_us else {},
        projects=read("gitlab", lambda: _projects(gitlab, rules), {}),
        unread=unread,
    )


def _bot_id(service: ZendeskAdmin) -> str:
    bot = mapping(service.get("users/me").get("user"))
    if not bot.get("id"):
        raise Refused("zendesk", "the credentials are unknown; check e-mail and token", "not_authenticated")
    return text(bot["id"])


def _refuse_who_is_no_admin(admin: ZendeskAdmin) -> None:
    if mapping(admin.get("users/me").get("user")).get("role") != "admin":
        raise Refused(
            "zendesk",
            "setup needs an admin: others do not see every view and macro, and would make them twice; "
            "set ZENDESK_ADMIN_EMAIL and ZENDESK_ADMIN_TOKEN",
            "no_admin",
        )


def _groups(admin: ZendeskAdmin) -> dict[str, str]:
    rows = admin.all("groups", "groups")
    return {text(one.get("name")): text(one.get("id")) for one in rows if not one.get("deleted")}


def _zendesk(settings: SetupSettings, email: str, token: SecretStr | None, outbound: Outbound) -> ZendeskAdmin:
    secret = token.get_secret_value() if token else ""
    oauth = settings.zendesk_oauth_token.get_secret_value() if settings.zendesk_oauth_token and not secret else ""
    return ZendeskAdmin(settings.zendesk_url, email=email, token=secret, oauth_token=oauth, outbound=outbound)


def _definitions(admin: ZendeskAdmin) -> Mapping[str, object]:
    try:
        return mapping(admin.get("triggers/definitions").get("definitions"))
    except NotFound:
        return {}


def _projects(gitlab: GitLabAdmin, rules: Rules) -> dict[str, int]:
    found = {}
    for tracker in rules.routing.trackers.values():
        try:
            found[tracker.project] = int(gitlab.project(tracker.project)["id"])
        except NotFound:  # its steps say so
            continue
    return found
