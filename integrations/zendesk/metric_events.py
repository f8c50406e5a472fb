"""When tickets were created, first answered and solved, by Zendesk's own clocks: its ticket metric events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from integrations.zendesk.wire import ZendeskModel

MetricKind = Literal["created", "answered", "solved"]
MOST = 1000
"""Events of a page that is full."""
_CLOCKS: dict[tuple[str, str], MetricKind] = {
    ("reply_time", "activate"): "created",
    ("reply_time", "fulfill"): "answered",
    ("requester_wait_time", "fulfill"): "solved",
}
_FIRST = 1
"""A metric begins anew with the requester's next comment: that is another instance of it."""


@dataclass(frozen=True, slots=True)
class MetricEvent:
    ticket_id: int
    kind: MetricKind
    at: datetime


@dataclass(frozen=True, slots=True)
class MetricEventPage:
    events: tuple[MetricEvent, ...]
    """Of those that say when a ticket was created, first answered or solved."""
    end: int
    """In seconds since 1970: where the next page begins. Events of that second come again."""
    is_last: bool


class _WireMetricEvent(ZendeskModel):
    ticket_id: int
    metric: str
    instance_id: int = _FIRST
    type: str
    time: datetime
    deleted: bool | None = None


class WireMetricEvents(ZendeskModel):
    """`GET /incremental/ticket_metric_events`: one page."""

    ticket_metric_events: tuple[_WireMetricEvent, ...]
    end_time: int | None = None
    end_of_stream: bool | None = None

    def page(self, start: int) -> MetricEventPage:
        events = []
        for one in self.ticket_metric_events:
            kind = _CLOCKS.get((one.metric, one.type))
            if kind and not one.deleted and (one.instance_id == _FIRST or kind == "solved"):
                events.append(MetricEvent(one.ticket_id, kind, one.time))
        is_full = len(self.ticket_metric_events) >= MOST
        end = max(start, self.end_time or start)
        if is_full and end == start:
            end += 1  # more events in one second than a page has
        is_last = bool(self.end_of_stream) or not is_full
        return MetricEventPage(tuple(events), end, is_last)
