"""GitLab: the verbs Pointsman needs, over python-gitlab, each one request, sent once."""

from integrations.gitlab.client import GitLabClient
from integrations.gitlab.issues import Bot, Issue, IssueRef, Note, Project

__all__ = ["Bot", "GitLabClient", "Issue", "IssueRef", "Note", "Project"]
