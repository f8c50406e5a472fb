"""The issue list: GitLab's filters, each an AND, and its orders. There is no relevance."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from integrations.sandbox.gitlab.checks import PAGING, CheckedRequest
from integrations.sandbox.gitlab.models import ISSUE_TYPES, Issue, Project
from integrations.sandbox.gitlab.refusals import bad_value

_FILTER_NAMES = (
    "state scope search in labels iids author_id issue_type confidential updated_after updated_before created_after "
    "created_before not[labels] milestone author_username"
)
KNOWN = frozenset(_FILTER_NAMES.split()) | PAGING
ORDERS = ("created_at", "updated_at", "title", "popularity")
SCOPES = ("created_by_me", "assigned_to_me", "all", "created-by-me", "assigned-to-me")
Key = tuple[Any, ...]
Condition = Callable[[Issue], bool]


def order_of(request: CheckedRequest) -> tuple[Callable[[Issue], Key], bool]:
    """The sort key and whether it runs downwards."""
    order = request.one_of("order_by", ORDERS, "created_at")
    keys: dict[str, Callable[[Issue], Key]] = {
        "created_at": lambda issue: (issue.created_at.timestamp(), issue.id),
        "updated_at": lambda issue: (issue.updated_at.timestamp(), issue.id),
        "title": lambda issue: (issue.title.lower(), issue.id),
        "popularity": lambda issue: (issue.votes("thumbsup"), issue.id),
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


def _conditions(request: CheckedRequest) -> list[Condition]:
    """One for each filter that was sent."""
    given, state = request.given, request.one_of("state", ("opened", "closed", "all"), "all")
    scope = request.one_of("scope", SCOPES, "all")
    wanted, unwanted = request.names("labels"), request.names("not[labels]")
    kind, confidential = request.one_of("issue_type", ISSUE_TYPES, "issue"), request.flag("confidential")
    username = request.text("author_username")
    authors = {account.id for account in request.state.accounts.values() if account.username == username}
    filters: list[tuple[object, Condition]] = [
        (state != "all", lambda issue: issue.state == state),
        (scope.startswith("created"), lambda issue: issue.author_id == request.actor_id),
        (scope.startswith("assigned"), lambda issue: request.actor_id in issue.assignee_ids),
        (wanted, lambda issue: _has_labels(issue, wanted or [])),
        (unwanted, lambda issue: not set(unwanted or []) & set(issue.labels)),
        ("issue_type" in given, lambda issue: issue.issue_type == kind),
        (confidential is not None, lambda issue: issue.confidential == confidential),
        ("milestone" in given, lambda issue: issue.milestone == request.text("milestone")),
        (request.text("author_id"), lambda issue: str(issue.author_id) == request.text("author_id")),
        (username, lambda issue: issue.author_id in authors),
    ]
    return [condition for sent, condition in filters if sent] + _times(request)


def _has_labels(issue: Issue, wanted: list[str]) -> bool:
    if wanted == ["None"]:
        return not issue.labels
    if wanted == ["Any"]:
        return bool(issue.labels)
    return set(wanted) <= set(issue.labels)


def _times(request: CheckedRequest) -> list[Condition]:
    bounds: dict[str, tuple[datetime | None, datetime | None]] = {}
    for name in ("updated", "created"):
        bounds[f"{name}_at"] = (_moment(request, f"{name}_after"), _moment(request, f"{name}_before"))

    def holds(issue: Issue) -> bool:
        for name, (after, before) in bounds.items():
            moment: datetime = getattr(issue, name)
            if (after and moment < after) or (before and moment > before):
                return False
        return True

    return [holds] if any(any(pair) for pair in bounds.values()) else []


def _moment(request: CheckedRequest, name: str) -> datetime | None:
    text = request.text(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise bad_value(f"{name} is invalid") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
