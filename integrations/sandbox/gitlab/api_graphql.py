"""GraphQL, as far as anybody asks here: where an issue is, by its global id."""

import re

from integrations.sandbox.api import Json
from integrations.sandbox.gitlab.checks import CheckedRequest, RequestChecks

_QUERY = re.compile(
    r"\s*query(?:\s+\w+)?\s*\(\s*\$(\w+)\s*:\s*IssueID!\s*\)\s*"
    r"\{\s*issue\s*\(\s*id\s*:\s*\$\1\s*\)\s*\{([\w\s,]+)\}\s*\}\s*"
)
_ISSUE_ID = re.compile(r"gid://gitlab/Issue/(\d+)")


def add_routes(checks: RequestChecks) -> None:
    checks.add_route("POST", "/graphql", ask, known={"query", "variables"}, root="/api")


def ask(request: CheckedRequest) -> Json:
    """200 also for what is wrong with the question; null for an issue that is not there, or not for this token."""
    match = _QUERY.fullmatch(request.text("query"))
    variables = request.given.get("variables")
    if match is None or not isinstance(variables, dict):
        return _wrong("sandbox: only `query name($id: IssueID!) { issue(id: $id) { fields } }` with variables is known")
    number = _ISSUE_ID.fullmatch(str(variables.get(match[1])))
    if number is None:
        return _wrong(f"Variable ${match[1]} of type IssueID! was provided invalid value")
    fields = re.split(r"[\s,]+", match[2].strip(" ,\n\t"))
    if unknown := set(fields) - {"iid", "projectId"}:
        return _wrong(f"Field '{min(unknown)}' doesn't exist on type 'Issue'")
    issue = request.state.issues.get(int(number[1]))
    if issue is None or not request.state.may_read(issue):
        return {"data": {"issue": None}}
    shown = {"iid": str(issue.iid), "projectId": issue.project_id}
    return {"data": {"issue": {name: shown[name] for name in fields}}}


def _wrong(message: str) -> Json:
    return {"errors": [{"message": message}]}
