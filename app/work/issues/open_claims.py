"""Tickets whose issue is being opened, compared with another one as if they were issues."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.records.links import OpenClaim
from app.similarity.index import IndexedText, SimilarityIndex, TextKey
from app.similarity.vectors import Vector
from app.work.issues.index import IssueIndex

MOST_PUT = 1_000
"""Claims after which the index is made anew: its vocabulary only grows."""


@dataclass
class _OfProject:
    index: SimilarityIndex = field(default_factory=SimilarityIndex)
    texts: dict[int, str] = field(default_factory=dict)
    """By ticket, what its claim in the index is about."""
    put: int = 0


class OpenClaims:
    """In memory, so that a ticket puts in only the claims that are new since the last one. For any thread."""

    def __init__(self, issues: IssueIndex) -> None:
        self._issues = issues
        self._of: dict[int, _OfProject] = {}
        """By project: claims on others must not make a word less rare."""
        self._lock = threading.Lock()

    def scores(
        self, subject: str, body: str, project_id: int, claims: Sequence[OpenClaim], least: float = 0.0
    ) -> list[float]:
        """How near they are, all that are open on the project: the highest first, of those that score `least` or more.

        With the vectors that they have; the others are encoded. What shares nothing has no score.
        """
        if not claims:
            self._of.pop(project_id, None)
            return []
        body, vector = self._issues.without_boilerplate(body), self._issues.meaning(subject, body)
        with self._lock:
            known = self._brought_up_to_date(project_id, {one.ticket_id: one for one in claims})
            found = known.index.search(subject, body, group=project_id, k=len(claims), vector=vector, least=least)
        return [one.score for one in found]

    def _brought_up_to_date(self, project_id: int, claims: Mapping[int, OpenClaim]) -> _OfProject:
        known = self._of.get(project_id)
        if known is None or known.put >= MOST_PUT:
            known = self._of[project_id] = _OfProject()
        for ticket_id in known.texts.keys() - claims.keys():
            known.index.remove(TextKey(project_id, ticket_id))
            del known.texts[ticket_id]
        new = [one for one in claims.values() if known.texts.get(one.ticket_id) != one.text]
        known.index.add_all(self._text(project_id, one) for one in new)
        known.texts.update({one.ticket_id: one.text for one in new})
        known.put += len(new)
        return known

    def _text(self, project_id: int, claim: OpenClaim) -> IndexedText:
        vector = Vector.from_text(claim.vector) or self._issues.meaning("", claim.text)
        text = self._issues.without_boilerplate(claim.text)
        return IndexedText(project_id, claim.ticket_id, "", text, vector=vector)
