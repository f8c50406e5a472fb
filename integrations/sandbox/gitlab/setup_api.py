"""A project's hooks and labels over HTTP, as far as `pointsman setup` makes them."""

from collections.abc import Iterable
from typing import Any, Final

from integrations.sandbox.api import Json, Refused, Result, answer
from integrations.sandbox.clock import milli_stamp
from integrations.sandbox.gitlab.checks import CheckedRequest, RequestChecks
from integrations.sandbox.gitlab.models import MAINTAINER, Label, Project
from integrations.sandbox.gitlab.paging import by_id, paged
from integrations.sandbox.gitlab.project_hook import EVENTS, ProjectHook
from integrations.sandbox.gitlab.refusals import bad_value, forbidden, not_found
from integrations.sandbox.hooks import Hook

_FLAGS: Final = (*EVENTS, "push_events", "enable_ssl_verification")
_GIVEN: Final = frozenset({"url", "name", "description", "token", "signing_token", *_FLAGS})


def add_routes(checks: RequestChecks, subscribed: list[Hook]) -> None:
    """`subscribed`: those of the sandbox's own control, shown as hooks of every project."""
    path, pages = "/projects/{project}/hooks", {"page", "per_page"}
    checks.add_route("GET", path, lambda request: list_hooks(request, subscribed), known=pages)
    checks.add_route("POST", path, create_hook, known=_GIVEN)
    checks.add_route("GET", f"{path}/{{hook:int}}", lambda request: _shown(request, _hook(request)))
    checks.add_route("PUT", f"{path}/{{hook:int}}", change_hook, known=_GIVEN)
    checks.add_route("DELETE", f"{path}/{{hook:int}}", delete_hook)
    checks.add_route("POST", f"{path}/{{hook:int}}/test/issues_events", test_hook)
    checks.add_route("GET", f"{path}/{{hook:int}}/events", list_events, known=pages)
    checks.add_route("GET", "/projects/{project}/labels", list_labels, known={*pages, "include_ancestor_groups"})
    checks.add_route("POST", "/projects/{project}/labels", create_label, known={"name", "color", "description"})
    checks.add_route("GET", "/version", lambda request: {"version": request.state.version, "revision": "abcdef"})


def list_hooks(request: CheckedRequest, subscribed: Iterable[Hook]) -> Any:
    _need_maintainer(request)
    hooks: list[Hook] = [*subscribed, *_own(request.project, request)]
    return paged(request, hooks, lambda hook: _shown(request, hook), by_id)


def create_hook(request: CheckedRequest) -> Result:
    _need_maintainer(request)
    hook = ProjectHook(request.state.new_id(), _url(request), project_id=request.project.id)
    _write(request, hook)
    request.state.hooks[hook.id] = hook
    return answer(_shown(request, hook), 201)


def change_hook(request: CheckedRequest) -> Json:
    """Another address takes both secrets with it."""
    _need_maintainer(request)
    hook = _hook(request)
    url = _url(request)
    if url != hook.url:
        hook.url, hook.token, hook.signing_token = url, "", ""
    _write(request, hook)
    return _shown(request, hook)


def delete_hook(request: CheckedRequest) -> Result:
    _need_maintainer(request)
    del request.state.hooks[_hook(request).id]
    return answer({}, 204)


def test_hook(request: CheckedRequest) -> Result:
    """Sends the newest event of the project again. It needs one."""
    _need_maintainer(request)
    if not request.state.send_test(_hook(request)):
        raise bad_value("Ensure the project has issues.")
    return answer({"message": "201 Created"}, 201)


def list_events(request: CheckedRequest) -> Any:
    """Deliveries of the last seven days, the newest first, with what was sent: people's words."""
    _need_maintainer(request)
    statuses = [*enumerate(_hook(request).statuses)][::-1]
    return paged(request, statuses, lambda one: _delivery(*one), lambda one: (one[0],))


def _delivery(number: int, status: int) -> Json:
    answered = str(status) if status else "internal error"
    return {"id": number, "response_status": answered, "request_data": {}, "response_body": ""}


def list_labels(request: CheckedRequest) -> Any:
    project = request.project
    return paged(request, [*project.labels.values()], _label, by_id)


def create_label(request: CheckedRequest) -> Result:
    name, project = request.needed("name"), request.project
    if not request.needed("color").startswith("#"):
        raise bad_value("color must be a valid color code")
    if name in project.labels:
        raise Refused(409, {"message": "Label already exists"}, "label_exists")
    label = request.state.label(project, name)
    label.color, label.description = request.text("color"), request.text("description")
    return answer(_label(label), 201)


def _write(request: CheckedRequest, hook: ProjectHook) -> None:
    """GitLab before 19.0 knows no signing token, and says nothing."""
    for name in ("name", "description"):
        if name in request.given:
            setattr(hook, name, request.text(name))
    hook.flags |= {name: request.flag(name) for name in _FLAGS if name in request.given}
    if "token" in request.given:
        hook.token = request.text("token")
    if "signing_token" in request.given and request.state.signs:
        hook.signing_token = request.text("signing_token")


def _url(request: CheckedRequest) -> str:
    url = request.needed("url")
    if not url.startswith(("http://", "https://")):
        raise Refused(422, {"error": "Invalid url given"}, "invalid_url")
    return url


def _hook(request: CheckedRequest) -> ProjectHook:
    found = request.state.hooks.get(int(request.http.at["hook"]))
    if found is None or found.project_id != request.project.id:
        raise not_found()
    return found


def _own(project: Project, request: CheckedRequest) -> list[ProjectHook]:
    return [hook for hook in request.state.hooks.values() if hook.project_id == project.id]


def _need_maintainer(request: CheckedRequest) -> None:
    if request.access_level < MAINTAINER:
        raise forbidden()


def _shown(request: CheckedRequest, hook: Hook) -> Json:
    """One of the sandbox's own control has every event, and both secrets."""
    own = hook if isinstance(hook, ProjectHook) else None
    shown: Json = {
        "id": hook.id,
        "url": hook.url,
        "name": own.name if own else None,
        "description": own.description if own else None,
        "project_id": request.project.id,
        **(own.flags if own else dict.fromkeys(_FLAGS, True)),
        "alert_status": hook.status(request.state.now()),
        "disabled_until": milli_stamp(hook.disabled_until) if hook.disabled_until else None,
        "custom_headers": [],
        "url_variables": [],
    }
    if request.state.signs:
        shown["token_present"] = bool(own.token) if own else True
        shown["signing_token_present"] = bool(own.signing_token) if own else True
    return shown


def _label(label: Label) -> Json:
    return {
        "id": label.id,
        "name": label.name,
        "color": label.color,
        "description": label.description,
        "is_project_label": True,
    }
