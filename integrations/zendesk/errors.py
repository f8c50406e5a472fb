"""What Zendesk's own error bodies mean, beyond their status."""

import requests

from integrations.errors import IntegrationError, Invalid
from integrations.session import by_status

SERVICE = "zendesk"
CLOSED = "closed prevents ticket update"


def explain(response: requests.Response) -> IntegrationError | None:
    """400 and 422 with the fields Zendesk names; a closed ticket, which nobody can update, as `ticket_closed`."""
    if response.status_code not in {400, 422}:
        return None
    fields = _fields(response)
    if any(CLOSED in text for text in fields.get("status", ())):
        return Invalid(SERVICE, "the ticket is closed and cannot be changed", "ticket_closed", fields)
    return by_status(SERVICE, response, fields)


def _fields(response: requests.Response) -> dict[str, tuple[str, ...]]:
    """`details: {field: [{description}]}`; `error` may be a string or an object, and the body may be no JSON at all."""
    try:
        body = response.json()
    except ValueError:
        return {}
    details = body.get("details") if isinstance(body, dict) else None
    if not isinstance(details, dict):
        return {}
    return {
        str(field): tuple(str(problem.get("description", "")) for problem in problems if isinstance(problem, dict))
        for field, problems in details.items()
        if isinstance(problems, list)
    }
