"""GitLab: the verbs Pointsman needs, over python-gitlab, each one request, sent once."""

from integrations.gitlab.client import GitLabClient
from integrations.gitlab.errors import ProjectMoved
from integrations.gitlab.hooks import Hook
from integrations.gitlab.issues import Bot, GitLabIssue, GitLabIssueRef, GitLabNote, Project

__all__ = ["Bot", "GitLabClient", "GitLabIssue", "GitLabIssueRef", "GitLabNote", "Hook", "Project", "ProjectMoved"]
