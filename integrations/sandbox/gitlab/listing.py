"""The issue list: GitLab's filters, each an AND, and its orders. There is no relevance."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from integrations.sandbox.gitlab.checks import PAGING, CheckedRequest
from integrations.sandbox.gitlab.models import ISSUE_TYPES, Issue, Project
from integrations.sandbox.gitlab.refusals import bad_value

_FILTER_NAMES = (
    "state scope search in labels iids author_id issue_type confidential updated_after updated_before created_after "
    "created_before not[labels] milestone with_labels_details author_username"
)
KNOWN = frozenset(_FILTER_NAMES.split()) | PAGING
ORDERS = ("created_at", "updated_at", "title", "popularity")
SCOPES = ("created_by_me", "assigned_to_me", "all", "created-by-me", "assigned-to-me")
Key = tuple[Any, ...]


def order_of(request: CheckedRequest) -> tuple[Callable[[Issue], Key], bool]:
    """The sort key and whether it runs downwards."""
    order = request.one_of("order_by", ORDERS, "created_at")
    keys: dict[str, Callable[[Issue], Key]] = {
        "created_at": lambda issue: (issue.created_at.timestamp(), issue.id),
        "updated_at": lambda issue: (issue.updated_at.timestamp(), issue.id),
        "title": lambda issue: (issue.title.lower(), issue.id),
        "popularity": lambda issue: (sum(award.name == "thumbsup" for award in issue.awards), issue.id),
    }
    return keys[order], request.one_of("sort", ("asc", "desc"), "desc") == "desc"


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
    issues: Iterable[Issue] = _candidates(request, project)
    for holds in _conditions(request):
        issues = [issue for issue in issues if holds(issue)]
    if not project.member:
        issues = [issue for issue in issues if not issue.confidential or issue.author_id == request.actor_id]
    return list(issues)


def _candidates(request: CheckedRequest, project: Project) -> list[Issue]:
    fields = request.names("in") or ["title", "description"]
    if set(fields) - {"title", "description"}:
        raise bad_value("in does not have a valid value")
    if "iids" in request.given:
        iids = request.names("iids") or []
        if not all(iid.isdecimal() for iid in iids):
            raise bad_value("iids is invalid")
        found = {int(iid) for iid in iids} & project.issues.keys()
    else:
        found = set(project.issues)
    if request.text("search"):
        found &= project.index.find(request.text("search"), fields)
    return [project.issues[iid] for iid in found]


def _conditions(request: CheckedRequest) -> list[Callable[[Issue], bool]]:
    state = request.one_of("state", ("opened", "closed", "all"), "all")
    scope = request.one_of("scope", SCOPES, "all")
    wanted, unwanted = request.names("labels"), request.names("not[labels]")
    conditions: list[Callable[[Issue], bool]] = []
    if state != "all":
        conditions.append(lambda issue: issue.state == state)
    if scope.startswith("created"):
        conditions.append(lambda issue: issue.author_id == request.actor_id)
    if scope.startswith("assigned"):
        conditions.append(lambda issue: request.actor_id in issue.assignee_ids)
    if wanted:
        conditions.append(lambda issue: _has_labels(issue, wanted))
    if unwanted:
        conditions.append(lambda issue: not set(unwanted) & set(issue.labels))
    if "issue_type" in request.given:
        kind = request.one_of("issue_type", ISSUE_TYPES, "issue")
        conditions.append(lambda issue: issue.issue_type == kind)
    if (confidential := request.flag("confidential")) is not None:
        conditions.append(lambda issue: issue.confidential == confidential)
    if "milestone" in request.given:
        conditions.append(lambda issue: issue.milestone == request.text("milestone"))
    return conditions + _people(request) + _times(request)


def _people(request: CheckedRequest) -> list[Callable[[Issue], bool]]:
    conditions: list[Callable[[Issue], bool]] = []
    if request.text("author_id"):
        conditions.append(lambda issue: str(issue.author_id) == request.text("author_id"))
    if request.text("author_username"):
        ids = {a.id for a in request.state.accounts.values() if a.username == request.text("author_username")}
        conditions.append(lambda issue: issue.author_id in ids)
    return conditions


def _has_labels(issue: Issue, wanted: list[str]) -> bool:
    if wanted == ["None"]:
        return not issue.labels
    if wanted == ["Any"]:
        return bool(issue.labels)
    return set(wanted) <= set(issue.labels)


def _times(request: CheckedRequest) -> list[Callable[[Issue], bool]]:
    conditions: list[Callable[[Issue], bool]] = []
    if (after := _moment(request, "updated_after")) is not None:
        conditions.append(lambda issue: issue.updated_at >= after)
    if (before := _moment(request, "updated_before")) is not None:
        conditions.append(lambda issue: issue.updated_at <= before)
    if (since := _moment(request, "created_after")) is not None:
        conditions.append(lambda issue: issue.created_at >= since)
    if (until := _moment(request, "created_before")) is not None:
        conditions.append(lambda issue: issue.created_at <= until)
    return conditions


def _moment(request: CheckedRequest, name: str) -> datetime | None:
    text = request.text(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise bad_value(f"{name} is invalid") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
