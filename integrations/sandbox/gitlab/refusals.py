"""The errors of GitLab's API in its own four shapes, and those the sandbox adds where the real one keeps silent."""

from collections.abc import Iterable

from integrations.sandbox.api import Refused


def unauthorized() -> Refused:
    return Refused(401, {"message": "401 Unauthorized"}, "unauthorized")


def project_not_found() -> Refused:
    """Also for a project that is there, but not for this token."""
    return Refused(404, {"message": "404 Project Not Found"}, "project_not_found")


def moved(method: str, location: str) -> Refused:
    """For a project's former path: lib/api/helpers.rb, `find_project!`."""
    if method != "GET":
        return Refused(405, {"message": "Non GET methods are not allowed for moved projects"}, "project_moved")
    text = f"This resource has been moved permanently to {location}"
    return Refused(301, text, "project_moved", {"Location": location})


def forbidden() -> Refused:
    return Refused(403, {"message": "403 Forbidden"}, "forbidden")


def not_found(what: str = "") -> Refused:
    return Refused(404, {"message": f"404 {what} Not Found" if what else "404 Not found"}, "not_found")


def invalid(field: str, message: str) -> Refused:
    return Refused(400, {"message": {field: [message]}}, f"invalid_{field}")


def bad_value(message: str) -> Refused:
    return Refused(400, {"error": message}, "bad_value")


def missing(name: str) -> Refused:
    return bad_value(f"{name} is missing")


def too_long(field: str, limit: int) -> Refused:
    return invalid(field, f"is too long (maximum is {limit} characters)")


def unknown_endpoint() -> Refused:
    return Refused(404, {"error": "404 Not Found"}, "unknown_endpoint")


def unknown_parameters(names: Iterable[str]) -> Refused:
    listed = ", ".join(sorted(names))
    message = f"sandbox: GitLab would silently ignore these parameters: {listed}"
    return Refused(400, {"error": message}, "unknown_parameters")
