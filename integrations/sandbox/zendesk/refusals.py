"""The errors of Zendesk's API, in its own shapes, and those the sandbox adds where the real one keeps silent."""

from collections.abc import Iterable

from integrations.sandbox.api import Json, Refused

WARNING = "x-zendesk-api-warn"
UPDATE_CONFLICT = (
    "Safe Update prevented the update due to outdated ticket data. Please fetch the latest ticket data and try again."
)


def not_authenticated() -> Refused:
    return Refused(401, {"error": "Couldn't authenticate you"}, "not_authenticated")


def not_found() -> Refused:
    return Refused(404, {"error": "RecordNotFound", "description": "Not found"}, "not_found")


def unknown_endpoint() -> Refused:
    return Refused(404, {"error": "InvalidEndpoint", "description": "Not found"}, "unknown_endpoint")


def conflict() -> Refused:
    return Refused(409, {"error": "UpdateConflict", "description": UPDATE_CONFLICT}, "update_conflict")


def invalid(field: str, description: str) -> Refused:
    return refused({field: [{"description": description, "error": "InvalidValue"}]})


def refused(details: Json) -> Refused:
    """By a rule of the account."""
    body = {"error": "RecordInvalid", "description": "Record validation errors", "details": details}
    return Refused(422, body, "record_invalid")


def bad_request(error: str, description: str) -> Refused:
    return Refused(400, {"error": error, "description": description}, "bad_request")


def too_many_values(limit: int) -> Refused:
    body = {"error": "TooManyValues", "description": f"You passed too many values. Max: {limit}", "max_count": limit}
    return Refused(400, body, "too_many_values")


def warning(names: Iterable[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'{{:controller=>"tickets", :action=>"update", :unpermitted_keys=>[{quoted}]}}'


def unknown_parameters(names: Iterable[str]) -> Refused:
    listed = ", ".join(sorted(names))
    return bad_request("SandboxUnknownParameters", f"Zendesk would silently ignore the query parameters {listed}.")
