"""Tickets whose issue is being opened, compared with another one as if they were issues."""

import threading
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from app.records.links import OpenClaim
from app.similarity.index import IndexedText, SimilarityIndex, TextKey
from app.similarity.vectors import Vector
from app.work.issues.index import IssueIndex


class OpenClaims:
    """In memory: each is put in once, however many tickets are compared with it. For any thread."""

    def __init__(self, issues: IssueIndex) -> None:
        self._issues = issues
        self._index = SimilarityIndex()
        self._texts: dict[TextKey, str] = {}
        """What each claim that is in the index is about."""
        self._lock = threading.Lock()

    def scores(
        self, subject: str, body: str, project_id: int, claims: Sequence[OpenClaim], least: float = 0.0
    ) -> list[float]:
        """How near they are, all that are open on the project: the highest first, of those that score `least` or more.

        With the vectors that they have; the others are encoded. What shares nothing has no score.
        """
        if not claims:
            return []
        body, vector = self._issues.without_boilerplate(body), self._issues.meaning(subject, body)
        texts = {TextKey(project_id, one.ticket_id): one for one in claims}
        with self._lock:
            self._forget({key for key in self._texts if key.group == project_id} - texts.keys())
            for key, claim in texts.items():
                self._put(key, claim)
            found = self._index.search(subject, body, group=project_id, k=len(texts), vector=vector, least=least)
        return [one.score for one in found]

    def _put(self, key: TextKey, claim: OpenClaim) -> None:
        if self._texts.get(key) == claim.text:
            return
        vector = Vector.from_text(claim.vector) or self._issues.meaning("", claim.text)
        self._index.add_all([IndexedText(*key, "", self._issues.without_boilerplate(claim.text), vector=vector)])
        self._texts[key] = claim.text

    def _forget(self, gone: AbstractSet[TextKey]) -> None:
        for key in gone:
            self._index.remove(key)
            del self._texts[key]
        if not self._texts:  # its vocabulary only grows
            self._index = SimilarityIndex()
