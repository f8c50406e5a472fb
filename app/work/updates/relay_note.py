"""The workflow: what a team member wrote on an issue with /tell-reporter reaches its tickets as a suggested reply."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import attempt, crashed
from app.work.messages import IssueNews, RelayNote, Stored, Work
from app.work.updates.changes import TicketNews, issue_ref
from app.work.updates.workflow import notify
from integrations.errors import NotFound

# GitLab's access levels: Reporter is the lowest that is given to people of the team.
REPORTER = 20
_MARK = re.compile(r"^/tell-reporter(?![\w-])[ \t]*", re.MULTILINE | re.IGNORECASE)


class Relayed(Stored):
    notify: tuple[TicketNews, ...] = ()


def register(deps: Dependencies) -> None:
    deps.engine.register(RelayNote, NoteRelay(deps).run, partial(crashed, deps))


def relay_work(project_id: int, iid: int, note_id: int, now: datetime) -> Work:
    """The note's own key: an edit of it is not relayed again."""
    key = f"gl:note:{project_id}:{note_id}"
    return Work(RelayNote(key=key, accepted_at=now, project_id=project_id, iid=iid, note_id=note_id))


@dataclass(frozen=True)
class NoteRelay:
    deps: Dependencies

    def run(self, message: RelayNote) -> None:
        if read := attempt(self.deps, message, "read", self._read, message):
            notify(self.deps, message.key, read.notify, message.accepted_at)

    def _read(self, message: RelayNote) -> Relayed:
        """The webhook is not believed: the note may be internal, or by somebody who only writes like one of us."""
        project_id, iid, gitlab = message.project_id, message.iid, self.deps.gitlab
        active = [link for link in self.deps.records.links.of_issue(project_id, iid) if link.following == "active"]
        if not active:
            return Relayed()
        try:
            note = gitlab.note(project_id, iid, message.note_id)
        except NotFound:
            return Relayed()
        answer = _MARK.sub("", note.body).strip()
        if note.internal or note.author_id is None or not _MARK.search(note.body) or not answer:
            return Relayed()
        if gitlab.is_member(project_id, note.author_id) < REPORTER:
            return Relayed()
        ref = issue_ref(gitlab.issue(project_id, iid), active[0].project)
        sentence = f"A team member answered on {ref.project}#{iid}, for the person who wrote."
        news = IssueNews(sentences=(sentence,), answer=answer, issue=ref)
        return Relayed(notify=tuple(TicketNews(ticket_id=link.ticket_id, news=news) for link in active))
