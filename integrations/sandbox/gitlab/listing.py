"""The issue list: GitLab's filters, each an AND, and its orders. There is no relevance."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from integrations.sandbox.gitlab.checks import PAGING, CheckedRequest
from integrations.sandbox.gitlab.models import ISSUE_TYPES, Issue, Project
from integrations.sandbox.gitlab.refusals import bad_value

KNOWN = PAGING | {"state", "scope", "search", "in", "labels", "iids", "issue_type", "updated_after", "created_after"}
FIELDS = ["title", "description"]
Key = tuple[Any, ...]


def order_of(request: CheckedRequest) -> tuple[Callable[[Issue], Key], bool]:
    """The sort key and whether it runs downwards."""
    order = request.one_of("order_by", ("created_at", "updated_at"), "created_at")
    down = request.one_of("sort", ("asc", "desc"), "desc") == "desc"
    return lambda issue: (getattr(issue, order).timestamp(), issue.id), down


class Listings:
    """Remembers a project's last lists: walking through a hundred thousand issues must not sort them for each page."""

    def __init__(self, kept: int = 8) -> None:
        self._kept = kept
        self._lists: dict[tuple[int, str], tuple[int, list[Issue]]] = {}

    def of(self, request: CheckedRequest, project: Project) -> list[Issue]:
        wanted = {name: value for name, value in request.given.items() if name not in {"page", "per_page", "cursor"}}
        signature = (project.id, repr(sorted(wanted.items())))
        version, issues = self._lists.get(signature, (-1, []))
        if version != project.version:
            key, down = order_of(request)
            issues = sorted(selected(request, project), key=key, reverse=down)
            self._lists.pop(signature, None)
            self._lists[signature] = (project.version, issues)
            while len(self._lists) > self._kept:
                self._lists.pop(next(iter(self._lists)))
        return issues


def selected(request: CheckedRequest, project: Project) -> list[Issue]:
    """Those of the project that the token sees and all filters let through."""
    given, labels = request.given, set(request.names("labels"))
    request.one_of("scope", ("all",), "all")
    state = request.one_of("state", ("opened", "closed", "all"), "all")
    kind = request.one_of("issue_type", ISSUE_TYPES, "issue")
    updated, created = _moment(request, "updated_after"), _moment(request, "created_after")
    issues = [project.issues[iid] for iid in _candidates(request, project)]
    return [
        issue
        for issue in issues
        if (state in {"all", issue.state})
        and labels <= set(issue.labels)
        and ("issue_type" not in given or issue.issue_type == kind)
        and (updated is None or issue.updated_at >= updated)
        and (created is None or issue.created_at >= created)
        and request.state.may_read(issue)
    ]


def _candidates(request: CheckedRequest, project: Project) -> set[int]:
    """By `iids` and by words."""
    fields, iids = request.names("in") or FIELDS, request.names("iids")
    if set(fields) - set(FIELDS):
        raise bad_value("in does not have a valid value")
    if not all(iid.isdecimal() for iid in iids):
        raise bad_value("iids is invalid")
    found = set(project.issues)
    if "iids" in request.given:
        found &= {int(iid) for iid in iids}
    if request.text("search"):
        found &= project.index.find(request.text("search"), fields)
    return found


def _moment(request: CheckedRequest, name: str) -> datetime | None:
    text = request.text(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise bad_value(f"{name} is invalid") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
