"""The desk's access from the settings."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from app.desk.access import RETURNS_FROM_GITLAB, DeskAccess
from app.desk.people import GitlabLogin
from app.desk.session import SessionBook
from app.records.sessions import Role
from app.service import Service
from app.settings import Settings
from integrations.gitlab.sign_in import GitlabSignIn


def desk_access(service: Service, refuse: Callable[[Request, int, str], Response]) -> DeskAccess:
    """A token that is not set opens nothing."""
    settings = service.deps.settings
    tokens: dict[Role, str] = {"operate": settings.desk_token.get_secret_value()}
    if settings.desk_read_token is not None:
        tokens["read"] = settings.desk_read_token.get_secret_value()
    gitlab = _gitlab_login(settings)
    book = SessionBook(service.deps.records.sessions, tokens, gitlab.vouchers if gitlab else {})
    return DeskAccess(book, settings.desk_origin, service.deps.now, refuse, gitlab)


def _gitlab_login(settings: Settings) -> GitlabLogin | None:
    if settings.desk_gitlab_secret is None:
        return None
    secret = settings.desk_gitlab_secret.get_secret_value()
    # Never the name under which a request comes: the caller chooses that.
    returns_to = f"{settings.desk_origin}{RETURNS_FROM_GITLAB}"
    client = GitlabSignIn(settings.gitlab_url, settings.desk_gitlab_id, secret, returns_to)
    lists: dict[Role, tuple[str, ...]] = {"operate": settings.desk_operators, "read": settings.desk_readers}
    return GitlabLogin(client, secret, lists)
