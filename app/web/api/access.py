"""Who may use the API: callers that send the desk's token."""

from __future__ import annotations

import hmac

from fastapi.security import HTTPBearer

documented = HTTPBearer(auto_error=False, description="The service's DESK_TOKEN")
"""For the API's description. The check itself is made at the door, before anything of a request is read."""


def has_token(authorization: bytes, token: str) -> bool:
    """Whether the header is `Bearer <token>`; takes the same time however much of the token is right."""
    scheme, _, given = authorization.partition(b" ")
    return hmac.compare_digest(given.strip(b" "), token.encode()) and scheme.lower() == b"bearer" and bool(token)
