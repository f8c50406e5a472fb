"""What GitLab's own error bodies mean, beyond their status."""

from __future__ import annotations

import requests

from integrations.errors import Conflict, IntegrationError, UnknownOutcome
from integrations.session import by_status

SERVICE = "gitlab"


def explain(response: requests.Response) -> IntegrationError | None:
    """A thumb that was up already as Conflict `already_given`, a 409 to a creation as unknown, fields of a 400."""
    status, request = response.status_code, response.request
    if status == 404 and request.method == "POST" and "already been taken" in _message(response):
        # lib/api/award_emoji.rb makes every failure of the service a 404.
        return Conflict(SERVICE, "this reaction was given before", "already_given")
    if status == 409 and request.method == "POST":
        # Creation answers 409 for a duplicate key, so something was created, and also when it suspects spam.
        return UnknownOutcome(SERVICE, "answered 409 to a creation; it may exist already", "http_409")
    if status in {400, 422}:
        return by_status(SERVICE, response, _fields(response))
    return None


def _body(response: requests.Response) -> dict[str, object]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _message(response: requests.Response) -> str:
    return str(_body(response).get("message", ""))


def _fields(response: requests.Response) -> dict[str, tuple[str, ...]]:
    """`{"message": {field: [text]}}`, `{"message": text}` or `{"error": text}`; texts without a field under `base`."""
    body = _body(response)
    message = body.get("message", body.get("error"))
    if isinstance(message, dict):
        return {
            str(field): tuple(str(text) for text in (texts if isinstance(texts, list) else [texts]))
            for field, texts in message.items()
        }
    return {"base": (message,)} if isinstance(message, str) else {}
