"""One note of ours on an issue says how many people reported it, and where; it is edited as reports come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from app.records.issue_notes import IssueNotes, OurNote
from app.records.links import Link, Links
from app.rulebook import Rulebook
from app.work.engine.engine import JSON, Work
from app.work.jobs.attempt import next_attempt, payload_of
from app.work.jobs.job import Jobs
from app.work.jobs.pause import Pausing
from integrations.errors import NOT_CARRIED_OUT, NotFound
from integrations.gitlab.client import GitLabClient
from integrations.gitlab.quoting import marker, marker_line, one_line

WORKFLOW = "count_reports"
# One report is the issue itself, or the note that tells of it.
WORTH_COUNTING = 2
# Reports come in waves: those of one wave are counted together.
WAIT_SECONDS = 5.0


def count_work(key: str, project_id: int, iid: int, now: datetime) -> Work:
    lane = f"issue:{project_id}#{iid}"
    payload = payload_of(WORKFLOW, key, lane, now, project_id=project_id, iid=iid)
    return Work(WORKFLOW, key, lane, payload, delay=WAIT_SECONDS)


@dataclass(frozen=True)
class OurNotes:
    jobs: Jobs
    gitlab: Callable[[], GitLabClient]
    links: Links
    notes: IssueNotes
    rulebook: Rulebook
    pausing: Pausing
    secret: str

    def count(self, delivery: JSON) -> JSON:
        done = self.jobs.step("count", self._count, delivery)
        if "fault" in done:
            return self.jobs.again(delivery, "count", done["fault"])
        if "settles_in" in done:
            self.jobs.runner.later(next_attempt(delivery, done["settles_in"], {"untried": True}))
        return done

    def _count(self, delivery: JSON) -> JSON:
        """No call at all when the note says so already."""
        if paused := self.pausing.fault("issues"):
            return {"fault": asdict(paused)}
        project_id, iid = int(delivery["project_id"]), int(delivery["iid"])
        links = self.links.of_issue(project_id, iid)
        mark = marker(self.secret, (project_id, iid, "reports"))
        titles = {name: channel.title for name, channel in self.rulebook.current().routing.channels.items()}
        text = _text(mark, links, titles)
        known = self.notes.of(project_id, iid)
        if len(links) < WORTH_COUNTING and known is None:
            return {"reports": len(links)}
        if known and known.said == text and known.note_id is not None:
            return {"reports": len(links)}
        note_id = known.note_id if known else None
        if known and note_id is None:
            note_id = self._written_before(project_id, iid, mark)
            if note_id is None and (left := self._unsettled(project_id, iid, known)):
                return {"settles_in": left}
        if note_id is None or not self._edited(project_id, iid, note_id, text):
            note_id = self._added(project_id, iid, text)
        self.notes.save(project_id, iid, OurNote(note_id, text))
        return {"reports": len(links), "note": note_id}

    def _edited(self, project_id: int, iid: int, note_id: int, text: str) -> bool:
        """False: somebody deleted it."""
        self.notes.save(project_id, iid, OurNote(note_id, ""))
        try:
            self.gitlab().edit_note(project_id, iid, note_id, text)
        except NotFound:
            return False
        return True

    def _added(self, project_id: int, iid: int, text: str) -> int:
        self._tried(project_id, iid, self.jobs.now())
        try:
            return self.gitlab().add_note(project_id, iid, text)
        except NOT_CARRIED_OUT:
            # Certainly not there: the next try need not wait.
            self._tried(project_id, iid, self.jobs.now() - self._settles_in)
            raise

    def _tried(self, project_id: int, iid: int, at: datetime) -> str:
        said = at.isoformat()
        self.notes.save(project_id, iid, OurNote(None, said))
        return said

    def _unsettled(self, project_id: int, iid: int, known: OurNote) -> float:
        """Seconds for which a request that was lost may still be running there: a second note now could make two."""
        # An older version did not say when it tried.
        tried = known.said or self._tried(project_id, iid, self.jobs.now())
        age = self.jobs.now() - datetime.fromisoformat(tried)
        return max(0.0, (self._settles_in - age).total_seconds())

    @property
    def _settles_in(self) -> timedelta:
        return timedelta(seconds=self.rulebook.current().routing.limits.issue_settle)

    def _written_before(self, project_id: int, iid: int, mark: str) -> int | None:
        """The note whose answer was lost, if it is there."""
        own = self.gitlab().me().id
        found = (note for note in self.gitlab().notes(project_id, iid) if note.author_id == own)
        return next((note.id for note in found if note.body.partition("\n")[0].strip() == marker_line(mark)), None)


def _text(mark: str, links: Sequence[Link], titles: dict[str, str]) -> str:
    """No ticket, no person: the note is as public as the issue."""
    places = Counter(titles.get(link.channel, link.channel) for link in links if link.channel)
    where = ", ".join(f"{one_line(title)} {count}" for title, count in sorted(places.items()))
    many = f"**{len(links)} community reports**" if len(links) != 1 else "**1 community report**"
    return f"{marker_line(mark)}\n\n{many} of this{f' ({where})' if where else ''}. This note is kept up to date."
