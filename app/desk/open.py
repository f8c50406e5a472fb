"""The desk's access from the settings."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from app.desk.access import DeskAccess
from app.desk.session import SessionBook
from app.records.sessions import Role
from app.service import Service


def desk_access(service: Service, refuse: Callable[[Request, int, str], Response]) -> DeskAccess:
    """A token that is not set opens nothing."""
    settings = service.deps.settings
    tokens: dict[Role, str] = {"operate": settings.desk_token.get_secret_value()}
    if settings.desk_read_token is not None:
        tokens["read"] = settings.desk_read_token.get_secret_value()
    book = SessionBook(service.deps.records.sessions, tokens)
    return DeskAccess(book, settings.desk_origin, service.deps.now, refuse)
