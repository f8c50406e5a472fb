"""The raw bytes of a request, no more of them than a webhook may have."""

from __future__ import annotations

from fastapi import Request

LIMIT = 1024 * 1024


class BodyTooLarge(Exception):
    reason = "body_too_large"


async def read_body(request: Request, *, limit: int = LIMIT) -> bytes:
    """All of it, unchanged (signatures cover the raw bytes). Raises BodyTooLarge as soon as it is known."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise BodyTooLarge
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge
        chunks.append(chunk)
    return b"".join(chunks)
