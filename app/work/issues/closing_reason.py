"""Why an issue was closed. "Done" is said only with evidence: many issues are closed that nobody worked on."""

import re
from dataclasses import dataclass

from app.rules.schema.base import ClosingConfig
from app.work.issues.labels import has_label
from app.work.issues.successor import replaced_as
from app.work.jobs.dependencies import Dependencies
from app.work.messages import NewsReason
from integrations.gitlab.issues import GitLabIssue

# GitLab's access levels: Reporter is the lowest that is given to people of the team.
REPORTER = 20
# The last comments: what was said long before the closing is about something else.
COMMENTS_READ = 3
# Milestones that hold what nobody plans.
NO_PLAN = ("backlog", "icebox", "someday", "awaiting further demand")
_SAID_DONE = re.compile(
    # No quote and no question; a sign or an emoji may stand around it.
    r"^(?![^\n]{0,300}\?)[^\w\n>]{0,12}(?:(?:this|it|that)(?: is| was| has been|'s)? (?:now )?)?"
    r"(?:done|fixed|implemented|released|shipped|delivered|resolved|merged)"
    r"(?:\s{1,3}(?:in(?!\s(?:error|favou?r|part|my|a)\b)|via|since|on\s(?:main|master)|today|yesterday)\b"
    r"|\s{1,3}(?:by|with)\s{1,3}[\w/-]{0,99}[!@]\w|[^\w\n]{0,12}$)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class ClosingReason:
    deps: Dependencies

    def of(self, issue: GitLabIssue, closing: ClosingConfig) -> NewsReason:
        """Raises IntegrationError: at most four reads, where neither GitLab's pointers nor a label say it."""
        if replaced := replaced_as(issue):
            return replaced
        if has_label(issue.labels, closing.not_planned_labels):
            return "not_planned"
        return "done" if self._is_done(issue, closing) else "unexplained"

    def _is_done(self, issue: GitLabIssue, closing: ClosingConfig) -> bool:
        if has_label(issue.labels, closing.done_labels):
            return True
        gitlab, key = self.deps.gitlab, (issue.project_id, issue.iid)
        if gitlab.closed_by_merge_request(*key) or gitlab.closed_by_commit(*key):
            return True
        if has_label(issue.labels, closing.not_done_labels):
            return False
        return bool(issue.milestone and not has_label([issue.milestone], NO_PLAN)) or self._a_person_says_so(*key)

    def _a_person_says_so(self, project_id: int, iid: int) -> bool:
        """A comment of the team that begins with "Fixed in 16.5" or the like."""
        said = {
            note.author_id
            for note in self.deps.gitlab.notes(project_id, iid)[-COMMENTS_READ:]
            if note.author_id and _SAID_DONE.search(note.body)
        }
        return any(self.deps.gitlab.is_member(project_id, author) >= REPORTER for author in said)
