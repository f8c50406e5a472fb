"""Many complaints in a short time: one message to the chat for the whole spike, not one for each."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

from app.work.chat.send_once import Announced, Announcer, counted
from integrations.chat import escape, link

# A spike that is remembered no longer is a new one: even a day-long outage is worth a word a day.
LONGEST_MEMORY = timedelta(hours=24)
MOST_NAMED = 4
KNOWN = {
    "public": "an incident is open",
    "none": "no incident open",
    "other": "no open incident explains them",
    "private": "an incident is open that is not public",
    "unasked": "",
    "unseen": "whether an incident is open could not be found out",
}


class SpikePolicy(Protocol):
    """`chat.spikes` of routing.yaml: `at_least` tickets within `minutes`; over when it was calm for `quiet_minutes`."""

    @property
    def archetype(self) -> str: ...
    @property
    def at_least(self) -> int: ...
    @property
    def minutes(self) -> int: ...
    @property
    def quiet_minutes(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Complaint:
    ticket_id: int
    at: datetime
    """When the person wrote: a backlog that is worked off in a minute is no spike."""
    channel: str = ""
    about: tuple[str, ...] = ()
    """The services it names, as `services_named` gives them."""


@dataclass(frozen=True, slots=True)
class Spike:
    complaints: tuple[Complaint, ...]
    """Those of its newest full window, the oldest first; one for each ticket."""


@dataclass(frozen=True, slots=True)
class KnownIncident:
    """What is known of an incident when the spike is announced. `url`: only of one that a stranger may read."""

    state: Literal["public", "private", "none", "other", "unasked", "unseen"]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """`channels`: titles by name. `address`: where the team sees the tickets."""

    channels: Mapping[str, str] = field(default_factory=dict)
    address: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    announced: Announced
    tickets: tuple[int, ...] = ()
    """Those of the spike, where one was announced."""


Complaints = Callable[[str, datetime], Sequence[Complaint]]
"""Those of an archetype since a time, in any order."""


def beginning_spike(
    policy: SpikePolicy, complaints: Iterable[Complaint], *, now: datetime, announced_at: datetime | None
) -> Spike | None:
    """The spike that people have to hear of now, if there is one.

    A spike goes on for as long as full windows follow each other, or the last announcement, within the quiet time. One
    that nobody could announce in time is still announced, until the quiet time has passed.
    """
    window, quiet = timedelta(minutes=policy.minutes), timedelta(minutes=policy.quiet_minutes)
    ordered = _one_per_ticket(complaints, now)
    known_until, begins, newest = announced_at, False, None
    first = 0
    for last, complaint in enumerate(ordered):
        while ordered[first].at <= complaint.at - window:
            first += 1
        if last - first + 1 < policy.at_least:
            continue
        if known_until is None or complaint.at - known_until > quiet:
            begins = True
        known_until = max(known_until or complaint.at, complaint.at)
        newest = ordered[first : last + 1]
    if newest is None or not begins or newest[-1].at < now - quiet:
        return None
    return Spike(tuple(newest))


def spike_text(policy: SpikePolicy, spike: Spike, incident: KnownIncident, wording: Wording) -> str:
    """Counts, names of channels and services, and a public address: nothing that a person wrote."""
    many = counted(len(spike.complaints), escape(policy.archetype.replace("_", " ")))
    address = link(incident.url) if incident.state == "public" else ""
    known = f"incident: {address}" if address else KNOWN[incident.state]
    channels = Counter(
        wording.channels.get(one.channel, one.channel) or "an unknown channel" for one in spike.complaints
    )
    services = Counter(service for one in spike.complaints for service in one.about)
    about = f"; about {_most(services)}" if services else ""
    times = f"{_clock(spike.complaints[0].at)} to {_clock(spike.complaints[-1].at)} UTC"
    return "\n".join(
        filter(
            None,
            (
                # No full stop behind an address: it might be taken for a part of it.
                ", ".join(filter(None, (f"{many} in {counted(policy.minutes, 'minute')}", known))),
                f"{times}, from {_most(channels)}{about}",
                link(wording.address),
            ),
        )
    )


@dataclass(frozen=True)
class SpikeWatch:
    announcer: Announcer
    complaints: Complaints
    now: Callable[[], datetime]

    def look(self, policy: SpikePolicy, incident: Callable[[], KnownIncident], wording: Wording) -> Looked:
        """Announce a spike, if one begins. `incident` is asked only then, and may raise.

        To be called after each decision for the archetype; the message's key follows from the last one, so that of
        several processes that see the same spike one sends it.
        """
        if self.announcer.chat is None:
            return Looked(Announced("off"))
        now = self.now()
        following = self.announcer.next_message(f"spike:{policy.archetype}", timedelta(minutes=policy.quiet_minutes))
        if following is None:
            return Looked(Announced("quiet"))
        since = looks_back_to(policy, now=now, announced_at=following.last_at)
        found = self.complaints(policy.archetype, since)
        spike = beginning_spike(policy, found, now=now, announced_at=following.last_at)
        if spike is None:
            return Looked(Announced("nothing"))
        announced = self.announcer.announce("spike", following.key, spike_text(policy, spike, incident(), wording))
        return Looked(announced, tuple(one.ticket_id for one in spike.complaints))


def looks_back_to(policy: SpikePolicy, *, now: datetime, announced_at: datetime | None) -> datetime:
    """From when on complaints tell whether a spike begins, or an old one goes on."""
    window, quiet = timedelta(minutes=policy.minutes), timedelta(minutes=policy.quiet_minutes)
    if announced_at is None:
        return now - quiet - window
    return max(announced_at, now - LONGEST_MEMORY) - window


def _one_per_ticket(complaints: Iterable[Complaint], now: datetime) -> list[Complaint]:
    """The first of each ticket, in the order of time; without those that a wrong clock put into the future."""
    first: dict[int, Complaint] = {}
    for one in sorted(complaints, key=lambda one: (one.at, one.ticket_id)):
        if one.at <= now + timedelta(minutes=1):
            first.setdefault(one.ticket_id, one)
    return list(first.values())


def _most(counts: Counter[str]) -> str:
    named = [f"{escape(name)} ({count})" for name, count in counts.most_common(MOST_NAMED)]
    return ", ".join(named + (["others"] if len(counts) > MOST_NAMED else []))


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%H:%M}"
