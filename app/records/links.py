"""Links between tickets and issues; ids are the key, addresses change. A row is also the claim to open an issue."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa

from app.records.database import Along, TableAccess, as_dataclass, begin_locked, insert_on, lock_until_commit, upsert
from app.records.group_commit import GroupCommit
from app.records.json_rows import json_rows
from app.records.prepared import PreparedStatement
from app.records.tables import links, tracked_issues
from app.records.text_table import TextChange, changes_along
from app.records.tracked_issues import TrackedIssues

How = Literal["opened", "linked", "manual"]
Following = Literal["active", "paused", "removed"]
Key = tuple[int, int]
"""An issue: project id and iid."""
# Any constant, the same for all workers on one PostgreSQL; with it goes the project's number.
CLAIMS_LOCK = 7_707


def manual_intent(project_id: int, iid: int) -> str:
    """The intent of a link that a person made: a ticket may have several."""
    return f"manual:{project_id}#{iid}"


@dataclass(frozen=True)
class Link:
    ticket_id: int
    intent: str
    project_id: int
    project: str
    iid: int | None
    """None while the issue is being opened: nobody knows yet whether it exists."""
    url: str
    state: str
    """Of the issue, as the ticket was told."""
    how: How
    marker: str = ""
    """Found in the issue's text: it tells the issue that a claim opened from others."""
    created_at: str = ""
    updated_at: str = ""
    following: Following = "active"
    notified: Mapping[str, Any] = field(default_factory=dict)
    """`{"labels": [...], "milestone": "..."}`: what else the ticket was told of; of an incident also whether it is
    `public`."""
    channel: str = ""


@dataclass(frozen=True)
class LinkBatch:
    """Some of an issue's links."""

    links: Sequence[Link]
    after: int | None
    """Where the next batch begins; None: that was all."""


@dataclass(frozen=True)
class Heard:
    """What a link's ticket knows of its issue from now on."""

    ticket_id: int
    intent: str
    state: str
    notified: Mapping[str, Any]
    became: Key | None = None
    """The issue that stands for it now: it was a duplicate, or was moved."""
    project: str = ""
    url: str = ""
    """Of that one."""


@dataclass(frozen=True)
class OpenClaim:
    """Another ticket's issue is being opened, or nobody knows whether it was."""

    ticket_id: int
    text: str
    vector: str
    """Of the text: `app.similarity.vectors.Vector.as_text`; empty where there is no encoder."""
    updated_at: str


@dataclass(frozen=True)
class Claimed:
    """What was there when a claim was made."""

    earlier: Sequence[OpenClaim]
    """Claims of other tickets on the project."""
    changes: Sequence[TextChange]
    """What other processes wrote into our copy of the trackers' issues."""


_NO_CLAIM = {"claim_text": "", "claim_vector": ""}
MOST_AT_ONCE = 500
"""Links that are in memory at once, and news in one transaction."""
_FIND = PreparedStatement(
    sa.select(links).where(links.c.ticket_id == sa.bindparam("ticket"), links.c.intent == sa.bindparam("intent"))
)


@cache
def _claim(dialect: str) -> PreparedStatement:
    """One statement: what it answers is asked once others are kept out, which on SQLite its own row does."""
    other = links.alias()
    others = sa.select(other.c.ticket_id, other.c.claim_text, other.c.claim_vector, other.c.updated_at).where(
        other.c.project_id == sa.bindparam("of_project"),
        other.c.iid.is_(None),
        other.c.updated_at > sa.bindparam("since"),
        other.c.ticket_id != sa.bindparam("of_ticket"),
    )
    answered = {"earlier": json_rows(dialect, others), "changes": changes_along(dialect, tracked_issues)}
    new = insert_on(dialect, links).on_conflict_do_nothing(index_elements=["ticket_id", "intent"])
    returning = new.returning(*(one.label(name) for name, one in answered.items()))
    return PreparedStatement(returning, [*(one.name for one in fields(Link)), *_NO_CLAIM])


class Links(TableAccess):
    def __init__(self, engine: sa.Engine, reader: sa.Engine, commits: GroupCommit) -> None:
        super().__init__(engine, reader)
        self._commits = commits

    def find(self, ticket_id: int, intent: str) -> Link | None:
        return next(iter(self._read(Link, _FIND, {"ticket": ticket_id, "intent": intent})), None)

    def of_ticket(self, ticket_id: int) -> list[Link]:
        """Links to issues that exist, also paused and removed ones."""
        query = sa.select(links).where(links.c.ticket_id == ticket_id, links.c.iid.is_not(None))
        return self._read(Link, query.order_by(links.c.id))

    def of_issue(self, project_id: int, iid: int, *, after: int = 0, limit: int = MOST_AT_ONCE) -> LinkBatch:
        """Those that are not removed, of the tickets that report this issue: an issue may have 100,000."""
        which = (*_issue(project_id, iid), links.c.following != "removed", links.c.id > after)
        rows = self._rows(sa.select(links).where(*which).order_by(links.c.id).limit(limit))
        return LinkBatch([as_dataclass(Link, row) for row in rows], rows[-1]["id"] if len(rows) == limit else None)

    def reports(self, project_id: int, iid: int) -> dict[str, int]:
        """How many tickets report this issue, by channel."""
        of_issue = (*_issue(project_id, iid), links.c.following != "removed")
        query = sa.select(links.c.channel, sa.func.count().label("count")).where(*of_issue).group_by(links.c.channel)
        return {row["channel"]: row["count"] for row in self._rows(query)}

    def told(self, project_id: int, iid: int) -> list[tuple[str, Mapping[str, Any]]]:
        """State and `notified` of the active links of this issue, each pair once: tickets know mostly the same."""
        notified = sa.cast(links.c.notified, sa.Text).label("notified")  # PostgreSQL compares no JSON
        query = sa.select(links.c.state, notified).where(*_issue(project_id, iid), links.c.following == "active")
        return [(row["state"], json.loads(row["notified"])) for row in self._rows(query.distinct())]

    def followed(self, *, after: Key, limit: int) -> list[Key]:
        """Issues that an active link follows, in the order of their keys."""
        key = (links.c.project_id, links.c.iid)
        which = (links.c.iid.is_not(None), links.c.following == "active", sa.tuple_(*key) > sa.tuple_(*after))
        query = sa.select(*key).where(*which).distinct().order_by(*key).limit(limit)
        return [(row["project_id"], row["iid"]) for row in self._rows(query)]

    def claim(
        self,
        ticket_id: int,
        intent: str,
        *,
        project_id: int,
        project: str,
        marker: str,
        text: str,
        vector: str,
        now: str,
        since: str,
        written_since: str,
        reader: str,
        along: Along,
    ) -> Claimed | None:
        """Say that an issue will be opened, before it is. None when it was said before: then look, don't open.

        Answers the claims of other tickets on the project, made before this one and touched after `since`. Of two that
        come at once exactly one sees the other: claims on one project are made one at a time. And what others than the
        `reader` wrote into our copy of the trackers from `written_since` on, as `changed_since` of its table.
        `along`: what is written with it.
        """
        claim = Link(
            ticket_id,
            intent,
            project_id,
            project,
            None,
            "",
            "opening",
            "opened",
            marker,
            created_at=now,
            updated_at=now,
        )
        row = {**asdict(claim), "claim_text": text, "claim_vector": vector}
        asked = {"of_project": project_id, "since": since, "of_ticket": ticket_id}
        asked |= {"written_since": written_since, "reader": reader}

        def write(connection: sa.Connection) -> Sequence[dict[str, Any]]:
            lock_until_commit(connection, CLAIMS_LOCK, project_id % 2**31)
            claimed = _claim(connection.dialect.name).rows(connection, {**row, **asked})
            if claimed:
                along(connection)
            return claimed

        claimed = self._commits.run(write)
        if not claimed:
            return None
        earlier = [OpenClaim(*one) for one in claimed[0]["earlier"]]
        return Claimed(earlier, TrackedIssues.changes(claimed[0]["changes"]))

    def release(self, ticket_id: int, intent: str) -> None:
        """Take the claim back: it is certain that no issue was opened."""
        self._change(sa.delete(links).where(*_link(ticket_id, intent), links.c.iid.is_(None)))

    def forget(self, ticket_id: int, intent: str) -> None:
        """The issue is not there any more: the ticket has none."""
        self._change(sa.delete(links).where(*_link(ticket_id, intent)))

    def forget_claim_text(self, ticket_id: int) -> None:
        self._update([links.c.ticket_id == ticket_id, links.c.claim_text != ""], **_NO_CLAIM)

    def prune_claim_texts(self, before: str, *, limit: int) -> int:
        """Forget what up to `limit` old claims are about; returns the count."""
        old = sa.and_(links.c.iid.is_(None), links.c.updated_at < before, links.c.claim_text != "")
        some = sa.select(links.c.id).where(old).limit(limit)
        return self._update([links.c.id.in_(some)], **_NO_CLAIM)

    def touch(self, ticket_id: int, intent: str, *, now: str) -> None:
        """Note the time of the last try to open."""
        self._update(_link(ticket_id, intent), updated_at=now)

    def save(self, link: Link, *, now: str) -> None:
        """The ticket has this issue: fills the claim, or makes a new row. Whether it is followed stays."""
        with begin_locked(self._engine) as connection:
            self.save_within(connection, link, now)

    def save_within(self, connection: sa.Connection, link: Link, now: str) -> None:
        values = asdict(link)
        key = {name: values.pop(name) for name in ("ticket_id", "intent")}
        at_first = {name: values.pop(name) for name in ("marker", "following", "created_at")}
        values |= {**_NO_CLAIM, "updated_at": now}
        upsert(connection, links, key, values, {**at_first, "created_at": now})

    def heard(self, news: Sequence[Heard], *, now: str) -> None:
        """In one transaction. A ticket that has the issue already that its own became loses the old link."""
        if not news:
            return
        moved = [
            {**_of(one), "to_project": one.became[0], "to_iid": one.became[1], "path": one.project, "to_url": one.url}
            for one in news
            if one.became
        ]
        with begin_locked(self._engine) as connection:
            if moved:
                connection.execute(_LOSE, moved)
                connection.execute(_RELINK, moved)
            told = [{**_of(one), "now_in": one.state, "knows": dict(one.notified), "now": now} for one in news]
            connection.execute(_HEARD, told)

    def follow(self, ticket_id: int, following: Following, *, now: str, issue: Key | None = None) -> int:
        """Pause, resume or remove a ticket's links: to one issue, or to all. How many; what is removed stays so."""
        which = [links.c.ticket_id == ticket_id, links.c.iid.is_not(None), links.c.following != "removed"]
        if issue:
            which += _issue(*issue)
        return self._update(which, following=following, updated_at=now)

    def renamed(self, project_id: int, path: str) -> None:
        """The project has another path now; the ids hold."""
        self._update([links.c.project_id == project_id, links.c.project != path], project=path)

    def _update(self, which: list[sa.ColumnElement[bool]], **values: object) -> int:
        return self._change(sa.update(links).where(*which).values(**values))


def _of(one: Heard) -> dict[str, Any]:
    return {"of_ticket": one.ticket_id, "for_intent": one.intent}


_OTHER = links.alias()
_THIS = (links.c.ticket_id == sa.bindparam("of_ticket"), links.c.intent == sa.bindparam("for_intent"))
# Another link of the ticket: done twice, it must not take the first time's for one.
_HAS_IT = sa.exists().where(
    _OTHER.c.ticket_id == links.c.ticket_id,
    _OTHER.c.intent != links.c.intent,
    _OTHER.c.project_id == sa.bindparam("to_project"),
    _OTHER.c.iid == sa.bindparam("to_iid"),
)
_LOSE = sa.update(links).where(*_THIS, _HAS_IT).values(following="removed")
_RELINK = (
    sa.update(links)
    .where(*_THIS, ~_HAS_IT)
    .values(
        project_id=sa.bindparam("to_project"),
        iid=sa.bindparam("to_iid"),
        project=sa.bindparam("path"),
        url=sa.bindparam("to_url"),
    )
)
_HEARD = (
    sa.update(links)
    .where(*_THIS)
    .values(state=sa.bindparam("now_in"), notified=sa.bindparam("knows", type_=sa.JSON), updated_at=sa.bindparam("now"))
)


def _link(ticket_id: int, intent: str) -> list[sa.ColumnElement[bool]]:
    return [links.c.ticket_id == ticket_id, links.c.intent == intent]


def _issue(project_id: int, iid: int) -> list[sa.ColumnElement[bool]]:
    return [links.c.project_id == project_id, links.c.iid == iid]
