"""What the API's description says of the token. The middleware checks it, before anything of a request is read."""

from __future__ import annotations

from fastapi.security import HTTPBearer

documented = HTTPBearer(auto_error=False, description="The service's DESK_TOKEN")
