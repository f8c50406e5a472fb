"""Who may use the API: callers that send the desk's token."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

_bearer = HTTPBearer(auto_error=False, description="The service's DESK_TOKEN")


def require_token(token: str) -> Callable[..., None]:
    """A dependency that answers 401 unless the request carries `Authorization: Bearer <token>`."""

    def check(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
        sent = given.credentials if given else ""
        if not hmac.compare_digest(sent.encode(), token.encode()):
            raise HTTPException(
                status_code=401,
                detail="Send the desk's token: Authorization: Bearer <DESK_TOKEN>.",
                headers={"WWW-Authenticate": "Bearer"},
            )

    return check
