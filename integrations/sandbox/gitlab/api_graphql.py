"""GraphQL, as far as anybody asks here: one issue by its global id."""

import re

from integrations.sandbox.api import Json, Refused
from integrations.sandbox.gitlab.checks import CheckedRequest, RequestChecks
from integrations.sandbox.gitlab.models import Issue
from integrations.sandbox.gitlab.state import State

_QUERY = re.compile(
    r"\s*query(?:\s+\w+)?\s*\(\s*\$(\w+)\s*:\s*IssueID!\s*\)\s*"
    r"\{\s*issue\s*\(\s*id\s*:\s*\$(\w+)\s*\)\s*\{([\w\s,]+)\}\s*\}\s*"
)
_ISSUE_ID = re.compile(r"gid://gitlab/Issue/(\d+)")


def add_routes(checks: RequestChecks) -> None:
    known = {"query", "variables", "operationName"}
    checks.add_route("POST", "/graphql", ask, known=known, root="/api", only_reads=True)


def ask(request: CheckedRequest) -> Json:
    """200 also for what is wrong with the question; null for an issue that is not there, or not for this token."""
    match = _QUERY.fullmatch(request.text("query"))
    variables = request.given.get("variables")
    if match is None or match[1] != match[2] or not isinstance(variables, dict):
        message = "sandbox: only `query name($id: IssueID!) { issue(id: $id) { fields } }` with variables is understood"
        return _wrong(message)
    number = _ISSUE_ID.fullmatch(str(variables.get(match[1])))
    if number is None:
        return _wrong(f"Variable ${match[1]} of type IssueID! was provided invalid value")
    fields = re.split(r"[\s,]+", match[3].strip(" ,\n\t"))
    shown = _issue(request.state, request.state.issues.get(int(number[1])))
    if unknown := set(fields) - set(_FIELDS):
        return _wrong(f"Field '{min(unknown)}' doesn't exist on type 'Issue'")
    return {"data": {"issue": {name: shown[name] for name in fields} if shown else None}}


_FIELDS = ("id", "iid", "projectId", "title", "state", "confidential", "webUrl")


def _issue(state: State, issue: Issue | None) -> Json | None:
    """Ids are texts here, `iid` too; `projectId` is a number."""
    if issue is None or not _readable(state, issue):
        return None
    return {
        "id": f"gid://gitlab/Issue/{issue.id}",
        "iid": str(issue.iid),
        "projectId": issue.project_id,
        "title": issue.title,
        "state": issue.state,
        "confidential": issue.confidential,
        "webUrl": state.issue_url(issue),
    }


def _readable(state: State, issue: Issue) -> bool:
    project = state.project_of(issue)
    try:
        state.readable_issue(state.readable_project(project.id), issue.iid)
    except Refused:
        return False
    return True


def _wrong(message: str) -> Json:
    return {"errors": [{"message": message}]}
