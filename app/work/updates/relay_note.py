"""The workflow: what a team member wrote on an issue with /tell-reporter reaches its tickets as a suggested reply."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from app.work.issues.closing_reason import REPORTER
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import attempt, crashed
from app.work.messages import IssueNews, RelayNote, Stored, Work
from app.work.updates.changes import TicketNews, issue_ref
from app.work.updates.team_answer import team_answer
from app.work.updates.workflow import next_batch, notify
from integrations.errors import NotFound


class Relayed(Stored):
    notify: tuple[TicketNews, ...] = ()
    after: int | None = None
    """The last link of this batch; None: it was the last batch."""


def register(deps: Dependencies) -> None:
    deps.engine.register(RelayNote, NoteRelay(deps).run, partial(crashed, deps))


def relay_work(project_id: int, iid: int, note_id: int, now: datetime) -> Work:
    """The note's own key: what was relayed once is not relayed again after an edit."""
    key = f"gl:note:{project_id}:{note_id}"
    message = RelayNote(key=key, accepted_at=now, project_id=project_id, iid=iid, note_id=note_id)
    return Work(message, once=True)


@dataclass(frozen=True)
class NoteRelay:
    deps: Dependencies

    def run(self, message: RelayNote) -> None:
        if read := attempt(self.deps, message, "read", self._read, message):
            notify(self.deps, message.key, read.notify, message.accepted_at)
            if read.after is not None:
                self.deps.engine.later(Work(next_batch(message, read.after)))

    def _read(self, message: RelayNote) -> Relayed:
        """The webhook is not believed: the note may be internal, or by somebody who only writes like one of us."""
        project_id, iid, gitlab = message.project_id, message.iid, self.deps.gitlab
        batch = self.deps.records.links.of_issue(project_id, iid, after=message.after)
        active = [link for link in batch.links if link.following == "active"]
        if not active:
            return Relayed(after=batch.after)
        try:
            note = gitlab.note(project_id, iid, message.note_id)
        except NotFound:
            return Relayed()
        answer = team_answer(note.body)
        if note.internal or note.author_id is None or not answer:
            return Relayed()
        if gitlab.is_member(project_id, note.author_id) < REPORTER:
            return Relayed()
        issue = gitlab.issue(project_id, iid)
        ref = issue_ref(issue, active[0].project, public=self.deps.visibility.is_public(issue))
        sentence = f"A team member answered on {ref.project}#{iid}, for the person who wrote."
        news = IssueNews(sentences=(sentence,), answer=answer, issue=ref)
        told = tuple(TicketNews(ticket_id=link.ticket_id, news=news) for link in active)
        return Relayed(notify=told, after=batch.after)
