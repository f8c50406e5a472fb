"""What GitLab's own error bodies mean, beyond their status."""

import re
from urllib.parse import urlsplit

import requests

from integrations.errors import Conflict, IntegrationError, NotFound, Refused, UnknownOutcome
from integrations.session import by_status

SERVICE = "gitlab"
BY_PATH = re.compile(r"/projects/[^/]+%2F[^/]+", re.IGNORECASE)
BY_ID = re.compile(r"/projects/(\d+)(?:/|\Z)")


class ProjectMoved(Refused):
    """The path is a former one. `project_id`: where GitLab says the project is now; None when it does not say."""

    default_reason = "project_moved"

    def __init__(self, service: str, message: str, reason: str | None = None, project_id: int | None = None) -> None:
        super().__init__(service, message, reason)
        self.project_id = project_id
        self.args = (service, message, self.reason, project_id)


def explain(response: requests.Response) -> IntegrationError | None:
    """What the status alone does not say: a thumb that was up already (Conflict `already_given`), a 409 to a creation
    (unknown), a project that moved, one that is not there for us (`project_not_found`), the fields of a 400."""
    status, request = response.status_code, response.request
    if status in {301, 405} and BY_PATH.search(request.url or ""):
        return _moved(response)
    if status == 404 and "Project Not Found" in _message(response):
        return NotFound(SERVICE, "there is no such project, or the token's user may not see it", "project_not_found")
    if status == 404 and request.method == "POST" and "already been taken" in _message(response):
        # lib/api/award_emoji.rb makes every failure of the service a 404.
        return Conflict(SERVICE, "this reaction was given before", "already_given")
    if status == 409 and request.method == "POST":
        # Creation answers 409 for a duplicate key, so something was created, and also when it suspects spam.
        return UnknownOutcome(SERVICE, "answered 409 to a creation; it may exist already", "http_409")
    if status in {400, 422}:
        return by_status(SERVICE, response, _fields(response))
    return None


def _moved(response: requests.Response) -> ProjectMoved | None:
    """lib/api/helpers.rb, `find_project!`: a GET is redirected to the project's id, anything else is a 405."""
    found = BY_ID.search(urlsplit(response.headers.get("Location", "")).path)
    if response.status_code == 301 and found is not None:
        project_id = int(found[1])
        return ProjectMoved(SERVICE, f"the project has another path now: use its id, {project_id}", None, project_id)
    if response.status_code == 405 and "moved projects" in _message(response):
        return ProjectMoved(SERVICE, "the project has another path now: nothing was written; use its id")
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
