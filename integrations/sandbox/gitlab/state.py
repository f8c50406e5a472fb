"""The sandbox GitLab's memory: everything behind one lock, nothing on disk."""

import itertools
import threading
import uuid
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from integrations.sandbox.api import Json
from integrations.sandbox.clock import Clock
from integrations.sandbox.gitlab.models import (
    BOT_USER_ID,
    ENGINEER_ID,
    MAINTAINER,
    Account,
    Event,
    EventKind,
    Issue,
    Label,
    Milestone,
    Note,
    Project,
    Visibility,
)
from integrations.sandbox.gitlab.project_hook import ProjectHook
from integrations.sandbox.gitlab.refusals import not_found, project_not_found

TOKEN = "sandbox-gitlab-token"  # noqa: S105 -- the sandbox's own, known to everybody
EVENTS_KEPT = 10_000
COLORS = ("#1f75cb", "#108548", "#ab6100", "#dd2b0e", "#7759c2", "#5c5c66", "#c21e56", "#0b7a75")

EventListener = Callable[[Event], None]


class State:
    def __init__(self, clock: Clock, url: str) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.url = url
        self.on_event: EventListener = lambda _event: None
        self.accounts = {
            BOT_USER_ID: Account(BOT_USER_ID, "pointsman-bot", "Pointsman"),
            ENGINEER_ID: Account(ENGINEER_ID, "emil", "Emil the engineer"),
        }
        self.projects: dict[int, Project] = {}
        self.paths: dict[str, Project] = {}
        """Also under former paths, in lower case."""
        self.issues: dict[int, Issue] = {}
        """By global id."""
        self.events: deque[Event] = deque(maxlen=EVENTS_KEPT)
        self.hooks: dict[int, ProjectHook] = {}
        """Those that were made over the API, by id."""
        self.send_test: Callable[[ProjectHook], bool] = lambda _hook: False
        """Sends the newest event of its project to it; False: there is none."""
        self.signs = True
        """Does it know signing tokens? From 19.0 on."""
        self.version = "19.4.1-ee"
        self._account_ids = itertools.count(503)
        self._project_ids = itertools.count(101)
        self._issue_ids = itertools.count(8401)
        self._ids = itertools.count(50_001)

    def now(self) -> datetime:
        return self.clock.now()

    def new_id(self) -> int:
        return next(self._ids)

    def add_project(self, path: str, visibility: Visibility = "public", *, member: bool = True) -> Project:
        if path.lower() in self.paths:
            raise ValueError(f"there is already a project {path}")
        project = Project(next(self._project_ids), path, visibility, self.now(), {ENGINEER_ID: MAINTAINER})
        if member:
            project.members[BOT_USER_ID] = MAINTAINER
        self.projects[project.id] = project
        self.paths[path.lower()] = project
        return project

    def rename(self, project: Project, path: str) -> None:
        """The former path goes on being known, as GitLab redirects it."""
        if self.paths.get(path.lower(), project) is not project:
            raise ValueError(f"there is already a project {path}")
        project.former_paths.append(project.path)
        project.path = path
        self.paths[path.lower()] = project

    def add_account(self, username: str, name: str) -> Account:
        if any(account.username == username for account in self.accounts.values()):
            raise ValueError(f"there is already a user {username}")
        account = Account(next(self._account_ids), username, name)
        self.accounts[account.id] = account
        return account

    def project(self, key: int | str) -> Project:
        """By id or (URL-encoded) path; raises Refused 404."""
        text = unquote(str(key))
        found = self.projects.get(int(text)) if text.isdecimal() else self.paths.get(text.lower())
        if found is None:
            raise project_not_found()
        return found

    def readable_project(self, key: int | str) -> Project:
        """As `project`, and 404 also for what the token may not see."""
        found = self.project(key)
        if not found.readable:
            raise project_not_found()
        return found

    def issue(self, project: Project, iid: int | str) -> Issue:
        found = project.issues.get(int(iid)) if str(iid).isdecimal() else None
        if found is None:
            raise not_found()
        return found

    def readable_issue(self, project: Project, iid: int | str) -> Issue:
        found = self.issue(project, iid)
        if not self.may_read(found):
            raise not_found()
        return found

    def may_read(self, issue: Issue) -> bool:
        """Whether the service's token may."""
        project = self.project_of(issue)
        own = not issue.confidential or issue.author_id == BOT_USER_ID
        return project.member or (project.readable and own)

    def project_of(self, issue: Issue) -> Project:
        return self.projects[issue.project_id]

    def issue_url(self, issue: Issue) -> str:
        return f"{self.url}/{self.project_of(issue).path}/-/work_items/{issue.iid}"

    def reference(self, issue: Issue) -> str:
        return f"{self.project_of(issue).path}#{issue.iid}"

    def label(self, project: Project, name: str) -> Label:
        """Made when unknown, without a word. Names are case-sensitive: `Bug` and `bug` are two labels."""
        if name not in project.labels:
            color = COLORS[len(project.labels) % len(COLORS)]
            project.labels[name] = Label(self.new_id(), name, color)
        return project.labels[name]

    def milestone(self, project: Project, title: str) -> Milestone:
        """Made when unknown: unlike the real one, where a person has to make it first."""
        if title not in project.milestones:
            project.milestones[title] = Milestone(self.new_id(), len(project.milestones) + 1, title)
        return project.milestones[title]

    def new_issue(self, project: Project, **attributes: Any) -> Issue:
        now = self.now()
        project.last_iid += 1
        issue = Issue(next(self._issue_ids), project.last_iid, project.id, created_at=now, updated_at=now, **attributes)
        project.issues[issue.iid] = self.issues[issue.id] = issue
        self.reindex(issue)
        return issue

    def forget(self, issue: Issue) -> None:
        """Its events stay, as deliveries that were under way do."""
        project = self.project_of(issue)
        del project.issues[issue.iid]
        project.version += 1

    def new_note(self, issue: Issue, body: str, author_id: int, **attributes: Any) -> Note:
        now = self.now()
        note = Note(self.new_id(), body, author_id, now, now, **attributes)
        issue.notes.append(note)
        return note

    def reindex(self, issue: Issue) -> None:
        project = self.project_of(issue)
        project.index.put(issue.iid, issue.title, issue.description)
        project.version += 1

    def touch(self, issue: Issue) -> None:
        issue.updated_at = self.now()
        self.project_of(issue).version += 1

    def record(
        self, kind: EventKind, action: str, issue: Issue, actor_id: int, changes: Json | None = None, **rest: Any
    ) -> None:
        """An event, for the webhooks. rest: `note` or `emoji`."""
        event = Event(str(uuid.uuid4()), kind, action, issue.id, actor_id, changes or {}, **rest)
        self.events.append(event)
        self.on_event(event)
