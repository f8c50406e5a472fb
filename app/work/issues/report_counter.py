"""One note of ours on an issue says how many people reported it, and where; it is edited as reports come in."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from app.records.issue_notes import OurNote
from app.work.jobs.attempt import waited
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import attempt, crashed
from app.work.messages import CountReports, Failed, Stored, Work
from integrations.errors import NOT_CARRIED_OUT, NotFound
from integrations.gitlab.quoting import make_marker, marker_line, one_line

# One report is the issue itself, or the note that tells of it.
WORTH_COUNTING = 2
# Reports come in spikes: those of one spike are counted together.
WAIT_SECONDS = 5.0


class Counted(Stored):
    look_again: float | None = None
    """Seconds for which a request whose answer was lost may still be carried out: count again after that."""


def register(deps: Dependencies) -> None:
    deps.engine.register(CountReports, ReportCounter(deps).run, partial(crashed, deps))


def count_work(key: str, project_id: int, iid: int, now: datetime) -> Work:
    return Work(CountReports(key=key, accepted_at=now, project_id=project_id, iid=iid), delay=WAIT_SECONDS)


@dataclass(frozen=True)
class ReportCounter:
    deps: Dependencies

    def run(self, message: CountReports) -> None:
        counted = attempt(self.deps, message, "count", self._count, message)
        if counted and counted.look_again is not None:
            self.deps.engine.later(Work(waited(message), delay=counted.look_again))

    def _count(self, message: CountReports) -> Counted | Failed:
        """No call when the note says so already."""
        if paused := self.deps.pause.fault("issues"):
            return Failed(fault=paused)
        records, project_id, iid = self.deps.records, message.project_id, message.iid
        reports = records.links.reports(project_id, iid)
        marker = make_marker(self.deps.marker_secret, (project_id, iid, "reports"))
        titles = {name: channel.title for name, channel in self.deps.rulebook.current().routing.channels.items()}
        text = _text(marker, reports, titles)
        known = records.issue_notes.of(project_id, iid)
        if sum(reports.values()) < WORTH_COUNTING and known is None:
            return Counted()
        if known and known.said == text and known.note_id is not None:
            return Counted()
        note_id = known.note_id if known else None
        if known and note_id is None:
            note_id = self._written_before(project_id, iid, marker)
            if note_id is None and (left := self._may_still_come(known)):
                return Counted(look_again=left)
        if note_id is None or not self._edited(project_id, iid, note_id, text):
            note_id = self._added(project_id, iid, text)
        records.issue_notes.save(project_id, iid, OurNote(note_id, text))
        return Counted()

    def _edited(self, project_id: int, iid: int, note_id: int, text: str) -> bool:
        """False: somebody deleted it."""
        self.deps.records.issue_notes.save(project_id, iid, OurNote(note_id, ""))
        try:
            self.deps.gitlab.edit_note(project_id, iid, note_id, text)
        except NotFound:
            return False
        return True

    def _added(self, project_id: int, iid: int, text: str) -> int:
        self._tried(project_id, iid, self.deps.now())
        try:
            return self.deps.gitlab.add_note(project_id, iid, text)
        except NOT_CARRIED_OUT:
            # Certainly not there: the next try need not wait.
            self._tried(project_id, iid, self.deps.now() - self._settle_time)
            raise

    def _tried(self, project_id: int, iid: int, at: datetime) -> None:
        self.deps.records.issue_notes.save(project_id, iid, OurNote(None, at.isoformat()))

    def _may_still_come(self, known: OurNote) -> float:
        """Seconds for which a lost request may still be running there: a second note now could make two."""
        age = self.deps.now() - datetime.fromisoformat(known.said)
        return max(0.0, (self._settle_time - age).total_seconds())

    @property
    def _settle_time(self) -> timedelta:
        return timedelta(seconds=self.deps.limits.issue_settle)

    def _written_before(self, project_id: int, iid: int, marker: str) -> int | None:
        """The note whose answer was lost, if it is there."""
        own = self.deps.gitlab.me().id
        found = (note for note in self.deps.gitlab.notes(project_id, iid) if note.author_id == own)
        return next((note.id for note in found if note.body.partition("\n")[0].strip() == marker_line(marker)), None)


def _text(marker: str, reports: Mapping[str, int], titles: Mapping[str, str]) -> str:
    """No ticket, no person: the note is as public as the issue."""
    places: Counter[str] = Counter()
    for channel, count in reports.items():
        places[titles.get(channel, channel)] += count if channel else 0
    where = ", ".join(f"{one_line(title)} {count}" for title, count in sorted(places.items()) if count)
    total = sum(reports.values())
    many = f"**{total} community reports**" if total != 1 else "**1 community report**"
    return f"{marker_line(marker)}\n\n{many} of this{f' ({where})' if where else ''}. This note is kept up to date."
