"""The Zendesk calls that Pointsman makes: one request each, sent once, with plain values in and out.

zenpy makes the calls it can make well. What it lacks (side-loads, sorting, spam) goes over the same session.
One client serves all threads: the session may be shared, and of zenpy, which may not, each call has one to itself.
"""

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError
from zenpy import Zenpy
from zenpy.lib.exception import APIException, ZenpyException

from integrations.errors import IntegrationError, Invalid, NotFound, Refused, Unreadable
from integrations.outbound import UNGUARDED, Outbound
from integrations.session import DEFAULT_TIMEOUT, Timeout, unreadable
from integrations.wire import without_halves
from integrations.zendesk.errors import SERVICE
from integrations.zendesk.jobs import Job, WireJob
from integrations.zendesk.metric_events import MetricEventPage, WireMetricEvents
from integrations.zendesk.new_ticket import NewTicket, new_ticket_json
from integrations.zendesk.session import ZENPY_DOMAIN, ZENPY_SUBDOMAIN, ZendeskSession
from integrations.zendesk.snapshots import (
    ChangePage,
    CommentSnapshot,
    RequesterSnapshot,
    TicketSnapshot,
    UnreadableTicket,
)
from integrations.zendesk.updates import (
    PUT_BACK_KEY,
    RUN_KEY,
    FoundUpdate,
    NewComment,
    TicketUpdate,
    UpdatedTicket,
    ticket_json,
)
from integrations.zendesk.wire import (
    WireComments,
    WireExport,
    WirePeople,
    WirePerson,
    WireTicketAnswer,
    odd_parts,
)
from integrations.zendesk.wire_answers import (
    WireAgent,
    WireAudits,
    WireFollowedUp,
    WireGroup,
    WireNewTicket,
    WireNewUser,
    WireStatuses,
    WireTickets,
    WireUpdate,
)

__all__ = ["RUN_KEY", "Agent", "NewComment", "TicketUpdate", "UpdatedTicket", "ZendeskClient"]

PAGE = 100
MOST_AT_ONCE = 100
AUDIT_PAGES = 5

# What zenpy raises, beside its own exceptions, when a 2xx does not have the shape it expects.
UNREADABLE_ANSWER = (ZenpyException, APIException, AttributeError, KeyError, TypeError, ValueError)

SomeModel = TypeVar("SomeModel", bound=BaseModel)
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Agent:
    id: int
    role: str


@dataclass(frozen=True, slots=True)
class TaggedBy:
    author_id: int
    run_id: str
    """The run of ours that did it; empty when a person did."""
    audit_id: int


class ZendeskClient:
    """All methods raise `integrations.errors`; a method that writes may raise UnknownOutcome."""

    def __init__(
        self,
        url: str,
        *,
        email: str = "",
        token: str = "",
        oauth_token: str = "",
        timeout: Timeout = DEFAULT_TIMEOUT,
        outbound: Outbound = UNGUARDED,
    ) -> None:
        """`url`: https://acme.zendesk.com. Either `email` and `token`, or `oauth_token`."""
        if not oauth_token and not (email and token):
            raise ValueError("ZendeskClient needs an e-mail and a token, or an OAuth token")
        # At DEBUG zenpy writes whole payloads, with what people wrote, into the log.
        logging.getLogger("zenpy").setLevel(logging.WARNING)
        self._session = ZendeskSession(url, timeout=timeout, outbound=outbound)
        credentials = {"oauth_token": oauth_token} if oauth_token else {"email": email, "token": token}
        self._new_zenpy = partial(
            Zenpy,
            subdomain=ZENPY_SUBDOMAIN,
            domain=ZENPY_DOMAIN,
            session=self._session,
            timeout=timeout,
            # Its cache hands out the same mutable objects again, with an `updated_at` that may be old.
            disable_cache=True,
            **credentials,
        )
        # Each gives the session the same credentials.
        self._free_zenpys = deque([self._new_zenpy()])

    def read_ticket(self, ticket_id: int) -> TicketSnapshot:
        """One GET. Raises Unreadable for a ticket whose form we do not know.

        zenpy would drop the side-loads and fetch requester and organization when they are touched.
        """
        answer = self._get(f"tickets/{ticket_id}", WireTicketAnswer, {"include": "users,organizations,groups"})
        try:
            return answer.snapshot(self._ticket_page())
        except ValidationError as error:
            odd = odd_parts(error)
        if answer.ticket.get("id") != ticket_id:  # not this ticket at all
            raise unreadable(SERVICE, "GET", f"GET tickets/{ticket_id}")
        raise Unreadable(SERVICE, f"ticket {ticket_id} has a form that we do not know: {odd}")

    def changes(self, *, cursor: str = "", start: datetime | None = None) -> ChangePage:
        """The next 100 changed tickets, the oldest change first: after `cursor`, or since `start`. One GET.

        From the incremental export: it leaves out the last minute, so `start` is at least a minute ago (Invalid
        `http_422` otherwise); it may name a ticket twice, and has deleted ones (status `deleted`).
        """
        if bool(cursor) == (start is not None):
            raise ValueError("either a cursor or a start")
        params = {"per_page": str(PAGE), "include": "users,organizations"}
        params |= {"cursor": cursor} if start is None else {"start_time": str(int(start.timestamp()))}
        page = self._get("incremental/tickets/cursor", WireExport, params)
        following = page.after_cursor or ""
        tickets, unreadable = page.read(self._ticket_page())
        return ChangePage(
            tickets=tickets,
            unreadable=unreadable,
            cursor=following,
            end=page.end_of_stream or not following,
        )

    def changed_since(self, since: datetime) -> Iterator[TicketSnapshot | UnreadableTicket]:
        """All tickets that changed since then, page by page: see `changes`."""
        page = self.changes(start=since)
        while True:
            yield from page.tickets
            yield from page.unreadable
            if page.end:
                break
            page = self.changes(cursor=page.cursor)

    def metric_events(self, start: int) -> MetricEventPage:
        """Up to 1,000 events from `start` on, in seconds since 1970, the oldest first. One GET; needs an administrator.

        `start` is at least a minute ago. An event may come twice.
        """
        path = "incremental/ticket_metric_events"
        return self._get(path, WireMetricEvents, {"start_time": str(start)}).page(start)

    def comments(self, ticket_id: int, newest: int = PAGE) -> list[CommentSnapshot]:
        """The newest comments, at most 100, in the order they were written. One GET."""
        params = {"sort": "-created_at", "page[size]": str(min(newest, PAGE)), "include": "users"}
        return self._get(f"tickets/{ticket_id}/comments", WireComments, params).snapshots()

    def update_ticket(self, ticket_id: int, update: TicketUpdate) -> UpdatedTicket:
        """One PUT. Raises Conflict when the ticket changed, Invalid with reason `ticket_closed` when it is closed.

        Zendesk says that only in a sentence, in any language: after any refusal the ticket is read. One more GET.
        """
        try:
            answer = self._send(
                "PUT", f"tickets/{ticket_id}", WireUpdate, {"ticket": {"id": ticket_id, **ticket_json(update)}}
            )
        except Invalid as refused:
            raise self._closed(ticket_id) or refused from None
        ticket, audit = answer.ticket, answer.audit
        return UpdatedTicket(ticket.updated_at, audit.id, ticket.status, ticket.tags, audit.overwritten_tags())

    def update_many(self, updates: Sequence[tuple[int, TicketUpdate]]) -> str:
        """Starts a job that updates at most 100 different tickets, and returns its id. One PUT.

        The job changes the tickets later; see `job`. RateLimited while 30 jobs wait. After UnknownOutcome wait until
        the job may have ended, then ask `find_update` for each ticket.
        """
        if not 0 < len(updates) <= MOST_AT_ONCE or len({ticket_id for ticket_id, _ in updates}) < len(updates):
            raise ValueError(f"a job updates 1 to {MOST_AT_ONCE} different tickets")
        body = {"tickets": [{"id": ticket_id, **ticket_json(update)} for ticket_id, update in updates]}
        return self._send("PUT", "tickets/update_many", WireJob, body).job().id

    def job(self, job_id: str) -> Job:
        """How far the job is, and what became of each ticket. One GET. Raises NotFound after a day."""
        return self._get(f"job_statuses/{quote(job_id, safe='')}", WireJob, {}).job()

    def create_follow_up(
        self,
        ticket_id: int,
        *,
        run_id: str,
        requester_id: int,
        subject: str,
        html_body: str,
        tags: Sequence[str] = (),
        group_id: int | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> int:
        """Creates a follow-up of this closed ticket, with `html_body` as an internal note. Returns its id. One POST.

        For an open ticket Zendesk silently creates an unrelated one. For two hours a repeated call finds the first
        one's ticket (Idempotency-Key). Later, after UnknownOutcome, use `find_follow_up`.
        """
        ticket: dict[str, Any] = {
            "via_followup_source_id": ticket_id,
            # Without one Zendesk takes whoever sends it: us.
            "requester_id": requester_id,
            "subject": subject,
            "comment": {"html_body": html_body, "public": False},
            "tags": list(tags),
            "metadata": {**(metadata or {}), RUN_KEY: run_id},
        }
        if group_id is not None:
            ticket["group_id"] = group_id
        return self._send("POST", "tickets", WireNewTicket, {"ticket": ticket}, {"Idempotency-Key": run_id}).ticket.id

    def create_ticket(self, ticket: NewTicket) -> int:
        """Its id. One POST. For two hours a repeated call finds the first one's ticket (Idempotency-Key).

        Later, after UnknownOutcome, use `tickets_of`.
        """
        body = {"ticket": new_ticket_json(ticket)}
        return self._send("POST", "tickets", WireNewTicket, body, {"Idempotency-Key": ticket.run_id}).ticket.id

    def tickets_of(self, external_id: str) -> list[int]:
        """The tickets with this external id, the oldest first; not those that were deleted. One GET."""
        found = self._get("tickets", WireTickets, {"external_id": external_id})
        return sorted(ticket.id for ticket in found.tickets)

    def statuses(self, ticket_ids: Collection[int]) -> dict[int, str]:
        """Of at most 100 tickets; those that are gone are left out. One GET."""
        found = self._get("tickets/show_many", WireStatuses, {"ids": ",".join(map(str, ticket_ids))})
        return {ticket.id: ticket.status for ticket in found.tickets}

    def requester(self, name: str, external_id: str) -> int:
        """The person of this external id, made where there is none: without an e-mail. One POST."""
        user = {"name": name, "external_id": external_id, "skip_verify_email": True}
        return self._send("POST", "users/create_or_update", WireNewUser, {"user": user}).user.id

    def find_follow_up(self, ticket_id: int, run_id: str) -> int | None:
        """The ticket that `create_follow_up` made with this `run_id`. One GET, and one for each follow-up."""
        for follow_up_id in self._get(f"tickets/{ticket_id}", WireFollowedUp, {}).ticket.followup_ids:
            try:
                if self.find_update(follow_up_id, run_id):
                    return follow_up_id
            except NotFound:  # deleted
                continue
        return None

    def find_update(self, ticket_id: int, run_id: str) -> FoundUpdate | None:
        """The update with this `RUN_KEY`, if Zendesk applied it. Reads the newest 500 audits; usually one GET."""
        put_back: FoundUpdate | None = None
        params = {"sort": "-created_at", "page[size]": str(PAGE)}
        for _ in range(AUDIT_PAGES):
            answer = self._get(f"tickets/{ticket_id}/audits", WireAudits, params)
            for audit in answer.audits:
                if audit.noted(RUN_KEY) == run_id:
                    return put_back or FoundUpdate(audit.overwritten_tags())
                if put_back is None and audit.noted(PUT_BACK_KEY) == run_id:
                    put_back = FoundUpdate(audit.overwritten_tags())
            if not answer.meta.has_more or not answer.meta.after_cursor:
                break
            params = {**params, "page[after]": answer.meta.after_cursor}
        return None

    def who_tagged(self, ticket_id: int, tag: str) -> TaggedBy | None:
        """Who added the tag last, as the newest 100 audits say; None when they do not. One GET.

        Not we, who put back what our own update had overwritten.
        """
        answer = self._get(f"tickets/{ticket_id}/audits", WireAudits, {"sort": "-created_at", "page[size]": str(PAGE)})
        for audit in answer.audits:
            if audit.author_id is None or audit.noted(PUT_BACK_KEY):
                continue
            if any(event.adds_tag(tag) for event in audit.events):
                return TaggedBy(audit.author_id, audit.noted(RUN_KEY), audit.id or 0)
        return None

    def person(self, user_id: int) -> RequesterSnapshot:
        """One GET."""
        return self._get(f"users/{user_id}", WirePerson, {}).user.snapshot()

    def mark_as_spam(self, ticket_id: int) -> None:
        """Also suspends the requester, so call it only when a person asked for it."""
        self._session.put(self._url(f"tickets/{ticket_id}/mark_as_spam"), json={})

    def me(self) -> Agent:
        """The owner of the credentials. Raises Refused for unknown ones, which Zendesk answers with 200."""
        agent = self._zenpy_call(lambda zenpy: WireAgent.model_validate(zenpy.users.me()), "users/me")
        if agent.id is None:
            raise Refused(SERVICE, "the credentials are unknown; check e-mail and token", "not_authenticated")
        return Agent(agent.id, agent.role)

    def group_id(self, name: str) -> int:
        """The id of the group with exactly this name. One GET for each 100 groups: ask once, at start."""
        groups = self._zenpy_call(lambda zenpy: [WireGroup.model_validate(one) for one in zenpy.groups()], "groups")
        found = [group.id for group in groups if group.name == name and not group.deleted]
        if not found:
            raise NotFound(SERVICE, f"there is no group {name}", "group_not_found")
        if len(found) > 1:
            raise Invalid(SERVICE, f"several groups are called {name}: {found}", "ambiguous_group")
        return found[0]

    def agent_id(self, email: str) -> int:
        """The id of the agent with exactly this address. One GET: ask once."""
        answer = self._get("users/search", WirePeople, {"query": f"email:{email}"})
        agents = [user for user in answer.users if user.active and user.role != "end-user"]
        found = [user.id for user in agents if user.email.lower() == email.lower()]
        if not found:
            raise NotFound(SERVICE, "there is no agent of the address that was asked for", "agent_not_found")
        return found[0]

    def close(self) -> None:
        self._session.close()

    def _closed(self, ticket_id: int) -> IntegrationError | None:
        """Why no update of the ticket is taken; None: it would be, or nobody can tell now."""
        try:
            closed = self.read_ticket(ticket_id).status in {"closed", "deleted"}
        except NotFound as gone:
            return gone
        except IntegrationError:
            return None
        return Invalid(SERVICE, "the ticket is closed and cannot be changed", "ticket_closed") if closed else None

    def _ticket_page(self) -> str:
        return f"{self._session.base_url}/agent/tickets/{{id}}"

    def _url(self, path: str) -> str:
        return f"{self._session.base_url}/api/v2/{path}.json"

    def _get(self, path: str, model: type[SomeModel], params: Mapping[str, str]) -> SomeModel:
        response = self._session.get(self._url(path), params=params)
        return self._call(lambda: model.model_validate_json(without_halves(response.content)), "GET", path)

    def _send(
        self, method: str, path: str, model: type[SomeModel], body: object, headers: Mapping[str, str] | None = None
    ) -> SomeModel:
        response = self._session.request(method, self._url(path), json=body, headers=dict(headers or {}))
        return self._call(lambda: model.model_validate_json(without_halves(response.content)), method, path)

    def _zenpy_call(self, call: Callable[[Zenpy], _Answer], path: str) -> _Answer:
        """With one that nobody else uses: who waits for an answer keeps no one else from asking."""
        try:
            zenpy = self._free_zenpys.pop()
        except IndexError:
            zenpy = self._new_zenpy()
        try:
            return self._call(lambda: call(zenpy), "GET", path)
        finally:
            self._free_zenpys.append(zenpy)

    def _call(self, call: Callable[[], _Answer], method: str, path: str) -> _Answer:
        """What the call returns. A 2xx that cannot be read becomes our error, without the text."""
        try:
            return call()
        except UNREADABLE_ANSWER:
            failure = unreadable(SERVICE, method, f"{method} {path}")
        raise failure
