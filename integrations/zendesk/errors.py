"""What Zendesk's own error bodies mean, beyond their status. Its sentences come in the account's language."""

from collections import defaultdict

import requests

from integrations.errors import IntegrationError, Unavailable
from integrations.session import by_status

SERVICE = "zendesk"


def explain(response: requests.Response) -> IntegrationError | None:
    """400 and 422 with the fields that Zendesk names; a 404 that is not about a record, as nobody's answer."""
    if response.status_code == 404 and _body(response).get("error") != "RecordNotFound":
        return Unavailable(
            SERVICE,
            "answered 404 without saying what is not there: check ZENDESK_URL, and any gateway",
            "wrong_address",
        )
    return by_status(SERVICE, response, _fields(response)) if response.status_code in {400, 422} else None


def _fields(response: requests.Response) -> dict[str, tuple[str, ...]]:
    """`details: {field: [{description, ticket_field_id}]}`. `base` stands for a rule, which mostly names a field."""
    details = _body(response).get("details")
    fields = defaultdict[str, list[str]](list)
    for name, problems in details.items() if isinstance(details, dict) else ():
        for problem in problems if isinstance(problems, list) else ():
            if isinstance(problem, dict):
                number = problem.get("ticket_field_id")
                fields[f"ticket_field_{number}" if number else str(name)].append(str(problem.get("description") or ""))
    return {name: tuple(texts) for name, texts in fields.items()}


def _body(response: requests.Response) -> dict[str, object]:
    """It may be no JSON at all, or no object."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
