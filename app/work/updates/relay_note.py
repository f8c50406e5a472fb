"""The workflow: what a team member wrote on an issue with /tell-reporter reaches its tickets as a suggested reply."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.records.links import Links
from app.work.engine.engine import JSON, Work
from app.work.jobs.attempt import payload_of
from app.work.jobs.job import Jobs
from app.work.messages import IssueRef
from app.work.updates.marking import Marking
from app.work.updates.workflow import tell_work, tell_works
from integrations.errors import NotFound
from integrations.gitlab.client import GitLabClient

WORKFLOW = "relay_note"
# GitLab's access levels: Reporter is the lowest that is given to people of the team.
REPORTER = 20
_MARK = re.compile(r"^/tell-reporter(?![\w-])[ \t]*", re.MULTILINE | re.IGNORECASE)


def relay_work(project_id: int, iid: int, note_id: int, now: datetime) -> Work:
    """The note's own key: an edit of it is not told again."""
    key = f"gl:note:{project_id}:{note_id}"
    lane = f"issue:{project_id}#{iid}"
    payload = payload_of(WORKFLOW, key, lane, now, project_id=project_id, iid=iid, note_id=note_id)
    return Work(WORKFLOW, key, lane, payload)


@dataclass(frozen=True)
class RelayNote:
    jobs: Jobs
    gitlab: Callable[[], GitLabClient]
    links: Links
    marking: Marking

    def relay(self, delivery: JSON) -> JSON:
        read = self.jobs.step("read", self._read, delivery)
        if "fault" in read:
            return self.jobs.again(delivery, "read", read["fault"])
        accepted_at = datetime.fromisoformat(delivery["accepted_at"])
        key, tell = delivery["key"], read["tell"]
        if "bulk" in read:
            works = list(tell_works(key, tell, read["bulk"], accepted_at))
        else:  # read by a version that queued each at once, and may have begun to
            works = [tell_work(key, one, accepted_at) for one in tell]
        for work in works:
            self.jobs.runner.later(work)
        return {"told": len(tell)}

    def _read(self, delivery: JSON) -> JSON:
        """The webhook is not believed: the note may be internal, or by somebody who only writes like one of us."""
        project_id, iid = int(delivery["project_id"]), int(delivery["iid"])
        active = [link for link in self.links.of_issue(project_id, iid) if link.following == "active"]
        if not active:
            return {"tell": []}
        try:
            note = self.gitlab().note(project_id, iid, int(delivery["note_id"]))
        except NotFound:
            return {"tell": []}
        answer = _MARK.sub("", note.body).strip()
        if note.internal or note.author_id is None or not _MARK.search(note.body) or not answer:
            return {"tell": []}
        if self.gitlab().is_member(project_id, note.author_id) < REPORTER:
            return {"tell": []}
        issue = self.gitlab().issue(project_id, iid)
        ref = IssueRef(
            project=issue.reference.partition("#")[0] or active[0].project,
            iid=iid,
            title=issue.title,
            url=issue.web_url,
            confidential=issue.confidential,
        )
        sentence = f"A team member answered on {ref.project}#{iid}, for the person who wrote."
        news = {"sentences": [sentence], "reason": None, "answer": answer, "issue": ref.model_dump(mode="json")}
        return {"tell": [{**news, "ticket_id": link.ticket_id} for link in active], **self.marking.plan(len(active))}
