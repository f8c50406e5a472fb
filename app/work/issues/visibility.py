"""May a stranger read an issue? Asked at the moment of writing: issues are moved, and projects made private."""

from integrations.errors import NotFound
from integrations.gitlab.client import GitLabClient
from integrations.gitlab.issues import GitLabIssue


def is_public(issue: GitLabIssue, gitlab: GitLabClient) -> bool:
    """`issue`: as it was just read. One GET for its project. Raises IntegrationError."""
    if issue.confidential:
        return False
    try:
        return gitlab.project(issue.project_id).public
    except NotFound:
        return False
