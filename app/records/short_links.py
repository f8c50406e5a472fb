"""Where short links lead, so that one is not looked up again by each ticket and each attempt."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from app.records.database import TableAccess
from app.records.tables import short_links


@dataclass(frozen=True)
class FoundLink:
    """`digest`: of the link itself, which may be a secret of those who share it."""

    digest: str
    url: str
    title: str
    why_not: str
    found_at: str


def link_digest(link: str) -> str:
    return hashlib.sha256(link.encode("utf-8", "replace")).hexdigest()


class ShortLinks(TableAccess):
    def known(self, links: Sequence[str], *, since: str, failed_since: str) -> dict[str, FoundLink]:
        """By link. `failed_since`: why one could not be followed counts for a shorter time."""
        digests = {link_digest(link): link for link in links}
        newer = sa.or_(
            sa.and_(short_links.c.why_not == "", short_links.c.found_at >= since),
            short_links.c.found_at >= failed_since,
        )
        rows = self._read(FoundLink, sa.select(short_links).where(short_links.c.digest.in_(digests), newer))
        return {digests[row.digest]: row for row in rows}

    def keep(self, found: FoundLink) -> None:
        values = asdict(found)
        self._insert_or_update(short_links, {"digest": values.pop("digest")}, values)

    def prune(self, before: str, *, limit: int) -> int:
        old = sa.select(short_links.c.digest).where(short_links.c.found_at < before).limit(limit)
        return self._change(sa.delete(short_links).where(short_links.c.digest.in_(old)))
