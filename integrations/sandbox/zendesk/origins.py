"""Where a ticket says it came from: the `via` object that Zendesk makes per channel."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.zendesk.models import Person

SUPPORT_ADDRESS = "community@sandbox.example"
SUPPORT_HANDLE = "sandbox"


def via_of(
    channel: str,
    *,
    rel: str | None,
    source_from: dict[str, Any] | None,
    source_to: dict[str, Any] | None,
    requester: Person,
) -> dict[str, Any]:
    """The channel's usual source, with what is given put over it."""
    usual_from, usual_to = _usual(channel, requester)
    source = {"from": usual_from | (source_from or {}), "to": usual_to | (source_to or {}), "rel": rel or None}
    return {"channel": channel, "source": source}


def _usual(channel: str, requester: Person) -> tuple[dict[str, Any], dict[str, Any]]:
    handle = requester.handle.lstrip("@")
    if channel == "email":
        return (
            {"address": requester.email, "name": requester.name},
            {"address": SUPPORT_ADDRESS, "name": "Community"},
        )
    if channel == "twitter":
        return (
            {"profile_url": f"https://twitter.com/{handle}", "username": handle, "name": requester.name},
            {"profile_url": f"https://twitter.com/{SUPPORT_HANDLE}", "username": SUPPORT_HANDLE, "name": "Sandbox"},
        )
    if channel == "facebook":
        return {"name": requester.name, "facebook_id": str(requester.id)}, {"name": "Sandbox", "facebook_id": "1"}
    return {}, {}
