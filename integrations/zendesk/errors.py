"""What Zendesk's own error bodies mean, beyond their status. Its sentences come in the account's language."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

import requests

from integrations.errors import IntegrationError, Unavailable
from integrations.session import by_status
from integrations.visible import visible
from integrations.wire import without_halves

SERVICE = "zendesk"
NO_FIELD = "base"
"""Zendesk's own name for what is about no field."""
NO_PAGE = "wrong_address"
"""The reason of a 404 that is about no record."""
LONGEST = 300
MOST = 50
DEEPEST = 5
_TEXTS = ("title", "detail", "description", "message")
_CODES = ("code", "error")
_FIELD = re.compile(r"\w{1,60}")


def explain(response: requests.Response) -> IntegrationError | None:
    """400, 403 and 422 with what Zendesk says; a 404 that is not about a record, as nobody's answer."""
    if response.status_code == 404 and not _names_a_record(_body(response)):
        return Unavailable(
            SERVICE,
            "answered 404 without saying what is not there: check ZENDESK_URL, and any gateway",
            NO_PAGE,
        )
    if response.status_code not in {400, 403, 422}:
        return None
    return by_status(SERVICE, response, said_by_field(_body(response)))


def _names_a_record(body: dict[str, object]) -> bool:
    """`error: RecordNotFound`, or of webhooks and categories `errors: [{code: WebhookNotFound}]`."""
    errors = body.get("errors")
    codes = [one.get("code") for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    return body.get("error") == "RecordNotFound" or any(re.fullmatch(r"\w{2,40}NotFound", str(code)) for code in codes)


def said_by_field(body: dict[str, object]) -> dict[str, tuple[str, ...]]:
    """What an error's body says, in whichever of Zendesk's forms.

    `details: {field: [{description, ticket_field_id}]}`, where `base` stands for a rule, which mostly names a field;
    `errors: [{code, title, detail, source: {pointer}}]`, as https://jsonapi.org/format/#error-objects has it; the head,
    `error: {title, message}` or `error, description`, only where there is neither.
    """
    fields = defaultdict[str, list[str]](list)
    said = [*_said(body.get("details")), *_said(body.get("errors"))]
    for name, text in islice(said or _said(_text(body) or body.get("error")), MOST):
        fields[name if _FIELD.fullmatch(name) else NO_FIELD].append(" ".join(visible(text).split())[:LONGEST])
    return {name: tuple(texts) for name, texts in fields.items()}


def _said(value: object, name: str = NO_FIELD, depth: int = 0, *, listed: bool = False) -> Iterator[tuple[str, str]]:
    """`(field, text)` of a text, of a problem, of a list of these, and of an object that has them by field."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, list) and depth < DEEPEST:
        for one in value:
            yield from _said(one, name, depth + 1, listed=True)
    elif isinstance(value, dict) and depth < DEEPEST:
        if listed or any(key in value and isinstance(value[key], str | None) for key in _TEXTS):
            yield _field(value) or name, _text(value)
            return
        for key, inner in value.items():
            yield from _said(inner, key, depth + 1)


def _field(problem: dict[str, object]) -> str:
    source = problem.get("source")
    pointer = source.get("pointer") if isinstance(source, dict) else None
    if number := problem.get("ticket_field_id"):
        return f"ticket_field_{number}"
    return pointer.rpartition("/")[2] if isinstance(pointer, str) else ""


def _text(problem: dict[str, object]) -> str:
    for keys in (_TEXTS, _CODES):
        said = dict.fromkeys(text for key in keys if isinstance(text := problem.get(key), str) and text)
        if said:
            return ": ".join(said)
    return ""


def _body(response: requests.Response) -> dict[str, object]:
    """It may be no JSON at all, or no object."""
    try:
        body = json.loads(without_halves(response.content))
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
