"""The one question that REST does not answer: in which project is the issue with this global id?"""

from typing import Any

from pydantic import Field

from integrations.gitlab.issues import GitLabIssueRef
from integrations.wire import WireModel

# `Query.issue` and `Issue.projectId`: app/graphql/types/query_type.rb and issue_type.rb.
WHERE_IS = "query whereIs($id: IssueID!) { issue(id: $id) { iid projectId } }"


def where_is(issue_id: int) -> dict[str, Any]:
    """The request's body."""
    return {"query": WHERE_IS, "variables": {"id": f"gid://gitlab/Issue/{issue_id}"}}


class _Place(WireModel):
    iid: int
    project_id: int = Field(alias="projectId")


class _Found(WireModel):
    issue: _Place | None


class WhereIs(WireModel):
    """The answer."""

    data: _Found
    errors: tuple[object, ...] = ()

    def ref(self) -> GitLabIssueRef | None:
        """None when it is gone, or in a project that the token may not read.

        Raises ValueError when there were errors: GraphQL then still answers 200, with null where it stopped.
        """
        if self.errors:
            raise ValueError("GraphQL could not answer")
        place = self.data.issue
        return None if place is None else GitLabIssueRef(place.project_id, place.iid)
