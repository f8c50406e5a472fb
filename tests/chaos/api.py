"""A client of the service's own API: its decisions and failures."""

from __future__ import annotations

from typing import Any

import httpx

TOKEN = "api-token-of-the-kill-test"


class ApiClient:
    """Raises httpx.HTTPError while the service is gone."""

    def __init__(self, service: str) -> None:
        self._client = httpx.Client(base_url=service, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def decision(self, ticket_id: int) -> dict[str, Any]:
        """Empty when there is none."""
        answer = self._client.get(f"/api/tickets/{ticket_id}")
        found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        return found

    def failures(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._client.get("/api/failures").json()["failures"]
        return found
