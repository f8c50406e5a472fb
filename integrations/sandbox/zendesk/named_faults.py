"""Refusals in the forms that real accounts send, by name."""

import json

from integrations.sandbox.api import Json
from integrations.sandbox.faults import Fault

_NO_ACCESS = "You do not have access to this page. Please contact the account owner of this help desk for further help."
_REQUIRED = {"ticket_field_id": 360_104, "ticket_field_type": "FieldTicketType", "error": None}

NAMED_FAULTS: dict[str, tuple[int, Json | None]] = {
    "forbidden": (403, {"error": {"title": "Forbidden", "message": _NO_ACCESS}}),
    "forbidden_with_code": (403, {"error": "Forbidden", "description": _NO_ACCESS}),
    "forbidden_without_words": (403, None),
    "errors_list": (422, {"errors": [{"code": "InvalidValue", "title": "Invalid attribute", "detail": "Not allowed"}]}),
    "errors_list_400": (400, {"errors": [{"code": "BadRequest", "title": "The request is malformed"}]}),
    "refused_by_rule": (
        422,
        {
            "error": "RecordInvalid",
            "description": "Record validation errors",
            "details": {"base": [{"description": "Type: is required when solving a ticket", **_REQUIRED}]},
        },
    ),
    "empty_404": (404, None),
    "empty_object_404": (404, {}),
    "no_help_desk": (404, {"error": {"title": "No help desk at this address", "message": "There is none."}}),
}
"""Status and body; None: no body at all."""


def named_fault(name: str, *, method: str = "", path: str = "", times: int = 1) -> Fault:
    """Raises ValueError for a name that is not there."""
    if name not in NAMED_FAULTS:
        raise ValueError(f"no such fault; there are: {', '.join(NAMED_FAULTS)}")
    status, body = NAMED_FAULTS[name]
    headers = {} if body is None else {"content-type": "application/json"}
    text = "" if body is None else json.dumps(body)
    return Fault(method, path, times=times, status=status, headers=headers, body=text)
