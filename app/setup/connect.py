"""From the environment to both accounts, read as far as the kinds need it."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from pydantic import SecretStr

from app.rules.loading import Rules
from app.settings import SetupSettings
from app.setup.objects import Account
from app.setup.offered import Offered
from app.setup.secret_files import WebhookSecret
from app.setup.statuses import Statuses
from app.setup.values import mapping, text
from integrations.errors import IntegrationError, Invalid, NotFound, Refused, Unavailable
from integrations.gitlab.admin import GitLabAdmin
from integrations.outbound import UNGUARDED, Outbound
from integrations.zendesk.admin import Json, ZendeskAdmin
from integrations.zendesk.errors import NO_PAGE

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
        statuses=read("zendesk", lambda: _statuses(admin), Statuses()) if knows_us else Statuses(),
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


def _definitions(admin: ZendeskAdmin) -> Mapping[str, Offered]:
    """Views have definitions of their own in some accounts; else those of triggers stand for them."""
    triggers = _said(admin, "triggers/definitions")
    try:
        views = _said(admin, "views/definitions")
    except Unavailable:  # not documented, so what an account without it answers is anybody's guess
        views = {}
    macros = _said(admin, "macros/definitions") or _said(admin, "macros/actions")
    return {
        "trigger": Offered.of(triggers),
        "view": Offered.of(views) if views else Offered.of(triggers, is_exact=False),
        "macro": Offered.of(macros),
    }


def _said(admin: ZendeskAdmin, path: str) -> Json:
    """Empty where this account has no such page, or not for us."""
    try:
        return admin.get(path)
    except (NotFound, Invalid, Refused):
        return {}
    except Unavailable as error:
        if error.reason != NO_PAGE:
            raise
        return {}


def _statuses(admin: ZendeskAdmin) -> Statuses:
    return Statuses(_said(admin, "custom_statuses").get("custom_statuses") or ())


def _projects(gitlab: GitLabAdmin, rules: Rules) -> dict[str, int]:
    found = {}
    for tracker in rules.routing.trackers.values():
        try:
            found[tracker.project] = int(gitlab.project(tracker.project)["id"])
        except NotFound:  # its steps say so
            continue
    return found
