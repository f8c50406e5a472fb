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
LONGEST = 300
MOST = 50
_FIELD = re.compile(r"\w{1,60}")


def explain(response: requests.Response) -> IntegrationError | None:
    """400, 403 and 422 with what Zendesk says; a 404 that is not about a record, as nobody's answer."""
    if response.status_code == 404 and _body(response).get("error") != "RecordNotFound":
        return Unavailable(
            SERVICE,
            "answered 404 without saying what is not there: check ZENDESK_URL, and any gateway",
            "wrong_address",
        )
    if response.status_code not in {400, 403, 422}:
        return None
    return by_status(SERVICE, response, said_by_field(_body(response)))


def said_by_field(body: dict[str, object]) -> dict[str, tuple[str, ...]]:
    """What an error's body says, in whichever of Zendesk's forms; the head of the whole only where nothing else is."""
    fields = defaultdict[str, list[str]](list)
    said = [*_of_details(body.get("details")), *_of_list(body.get("errors"))]
    for name, text in islice(said or _of_head(body), MOST):
        fields[name if _FIELD.fullmatch(name) else NO_FIELD].append(" ".join(visible(text).split())[:LONGEST])
    return {name: tuple(texts) for name, texts in fields.items()}


def _of_details(details: object) -> Iterator[tuple[str, str]]:
    """`{field: [{description, ticket_field_id}]}`. `base` stands for a rule, which mostly names a field."""
    for name, problems in details.items() if isinstance(details, dict) else ():
        for problem in problems if isinstance(problems, list) else [problems]:
            if isinstance(problem, dict):
                number = problem.get("ticket_field_id")
                yield f"ticket_field_{number}" if number else str(name), _joined(problem.get("description"))
            elif isinstance(problem, str):
                yield str(name), problem


def _of_list(errors: object) -> Iterator[tuple[str, str]]:
    """`[{code, title, detail, source: {pointer}}]`, as JSON:API has it; https://jsonapi.org/format/#error-objects."""
    for one in errors if isinstance(errors, list) else ():
        if isinstance(one, dict):
            source = one.get("source")
            pointer = str(source.get("pointer") or "") if isinstance(source, dict) else ""
            said = _joined(one.get("title"), one.get("detail")) or _joined(one.get("code"))
            yield pointer.rpartition("/")[2] or NO_FIELD, said
        elif isinstance(one, str):
            yield NO_FIELD, one


def _of_head(body: dict[str, object]) -> Iterator[tuple[str, str]]:
    """`{error: {title, message}}`, or `{error, description}` with a code for `error`."""
    error = body.get("error")
    if isinstance(error, dict):
        said = _joined(error.get("title"), error.get("message"))
    else:
        said = _joined(body.get("description")) or _joined(body.get("message")) or _joined(error)
    if said:
        yield NO_FIELD, said


def _joined(*parts: object) -> str:
    return ": ".join(dict.fromkeys(part for part in parts if isinstance(part, str) and part))


def _body(response: requests.Response) -> dict[str, object]:
    """It may be no JSON at all, or no object."""
    try:
        body = json.loads(without_halves(response.content))
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
