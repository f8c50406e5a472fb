"""When a spike of complaints begins, what is said of it, and that it is said once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.work.chat.send_once import Announced, Announcer
from app.work.chat.spikes import (
    Complaint,
    KnownIncident,
    Spike,
    SpikeWatch,
    Wording,
    beginning_spike,
    looks_back_to,
    spike_text,
)
from integrations.errors import Unavailable
from tests.app.work.chat.test_send_once import Harness

NOON = datetime(2018, 11, 14, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NONE = KnownIncident("none")


@dataclass(frozen=True)
class Policy:
    archetype: str = "stability_complaint"
    at_least: int = 10
    minutes: int = 10
    quiet_minutes: int = 60


POLICY = Policy()


def complaints(*minutes: float, first_id: int = 1) -> list[Complaint]:
    """One for each minute after noon."""
    return [Complaint(first_id + number, NOON + minute * MINUTE, "twitter") for number, minute in enumerate(minutes)]


def rush(start: float, count: int = 10, first_id: int = 1) -> list[Complaint]:
    """`count` complaints within five minutes."""
    return complaints(*(start + 5 * number / count for number in range(count)), first_id=first_id)


def begins(given: Sequence[Complaint], minute: float, announced: float | None = None) -> bool:
    announced_at = None if announced is None else NOON + announced * MINUTE
    return beginning_spike(POLICY, given, now=NOON + minute * MINUTE, announced_at=announced_at) is not None


def test_a_spike_begins_with_enough_complaints_in_a_short_time() -> None:
    assert not begins(rush(0, 9), 5)
    assert begins(rush(0, 10), 5)


def test_the_same_number_over_a_longer_time_is_no_spike() -> None:
    assert not begins(complaints(*range(0, 60, 3)), 60)


def test_one_ticket_counts_once() -> None:
    assert not begins([Complaint(1, NOON + number * MINUTE / 4) for number in range(20)], 5)


def test_a_spike_that_goes_on_is_not_said_again() -> None:
    """Five hours of an outage, with a complaint each minute."""
    outage = complaints(*range(300))
    for minute in (70, 150, 299):
        assert not begins([one for one in outage if one.at <= NOON + minute * MINUTE], minute, announced=9)


def test_stragglers_do_not_make_a_spike_longer_and_a_new_one_is_said() -> None:
    given = [*rush(0), *complaints(*range(20, 120, 10), first_id=100), *rush(120, first_id=200)]
    assert not begins([one for one in given if one.ticket_id < 200], 115, announced=5)
    assert begins(given, 125, announced=5)


def test_a_second_spike_within_the_quiet_time_belongs_to_the_first() -> None:
    assert not begins([*rush(0), *rush(50, first_id=100)], 70, announced=5)


def test_a_spike_that_could_not_be_said_in_time_is_said_late_but_not_when_it_is_over() -> None:
    assert begins(rush(0), 60)
    assert not begins(rush(0), 70)
    assert begins([*rush(0), *rush(90, first_id=100), *rush(130, first_id=200)], 140, announced=5)


def test_a_backlog_of_old_tickets_is_no_spike() -> None:
    old = [Complaint(number, NOON - timedelta(hours=number)) for number in range(50)]
    assert not begins(old, 1)


def test_what_a_wrong_clock_puts_into_the_future_does_not_count() -> None:
    assert not begins(rush(600), 0)


def test_counts_those_of_the_newest_full_window() -> None:
    spike = beginning_spike(
        POLICY, [*complaints(-30, -20), *rush(0, 12, first_id=10)], now=NOON + 6 * MINUTE, announced_at=None
    )
    assert spike is not None
    assert [one.ticket_id for one in spike.complaints] == list(range(10, 22))


TIMES = st.lists(st.integers(0, 400).map(lambda tenth: tenth / 4), max_size=80)


@given(TIMES, st.randoms(use_true_random=False), st.one_of(st.none(), st.integers(-100, 100)))
def test_the_order_in_which_they_are_read_does_not_matter(
    times: list[float], random: Random, announced: int | None
) -> None:
    given = complaints(*times)
    shuffled = list(given)
    random.shuffle(shuffled)
    assert begins(given, 100, announced) == begins(shuffled, 100, announced)


@given(TIMES)
def test_looking_back_far_enough_is_as_good_as_seeing_all(times: list[float]) -> None:
    given = complaints(*times)
    for announced in (None, 3.0, 40.0):
        at = None if announced is None else NOON + announced * MINUTE
        since = looks_back_to(POLICY, now=NOON + 100 * MINUTE, announced_at=at)
        assert begins(given, 100, announced) == begins([one for one in given if one.at >= since], 100, announced)


# ---- what is said

FOUR = tuple(
    Complaint(number, NOON + number * MINUTE, "twitter" if number else "email", ("Git",) if number > 1 else ())
    for number in range(4)
)
TITLES = {"twitter": "Twitter", "email": "E-mail"}


def test_says_how_many_in_which_time_from_where_and_about_what() -> None:
    text = spike_text(POLICY, Spike(FOUR), NONE, Wording(TITLES, "https://acme.zendesk.com/agent/filters/7"))

    assert text.splitlines() == [
        "4 stability complaints in 10 minutes, no incident open",
        "12:00 to 12:03 UTC, from Twitter (3), E-mail (1); about Git (2)",
        "https://acme.zendesk.com/agent/filters/7",
    ]


@pytest.mark.parametrize(
    ("incident", "said"),
    [
        (KnownIncident("public", "https://gitlab.com/a/b/-/issues/7"), "incident: https://gitlab.com/a/b/-/issues/7"),
        (KnownIncident("public", "javascript:alert(1)"), "an incident is open"),
        (KnownIncident("private", "https://gitlab.com/a/b/-/issues/7"), "an incident is open that is not public"),
        (KnownIncident("other"), "no open incident explains them"),
        (KnownIncident("unseen"), "whether an incident is open could not be found out"),
    ],
)
def test_names_an_incident_only_if_a_stranger_may_read_it(incident: KnownIncident, said: str) -> None:
    assert spike_text(POLICY, Spike(FOUR), incident, Wording()).splitlines()[0].endswith(f"minutes, {said}")


def test_names_of_channels_ping_nobody_and_long_lists_are_cut() -> None:
    spike = Spike(tuple(Complaint(number, NOON, f"c{number}") for number in range(6)))

    text = spike_text(POLICY, spike, NONE, Wording({"c0": "<!channel> @here"}))

    assert "&lt;!channel&gt; ＠here (1)" in text
    assert text.endswith(", others")


# ---- said once


@dataclass
class Shore:
    """SpikeWatch over a real table of announcements; `seen` grows as complaints are decided."""

    harness: Harness
    seen: list[Complaint] = field(default_factory=list)
    asked: list[tuple[str, datetime]] = field(default_factory=list)

    def spikes(self) -> SpikeWatch:
        return SpikeWatch(self.harness.announcer, self.read, lambda: self.harness.now)

    def read(self, archetype: str, since: datetime) -> list[Complaint]:
        self.asked.append((archetype, since))
        return [one for one in self.seen if one.at >= since]

    def look(self, complaint: Complaint) -> str:
        self.seen.append(complaint)
        self.harness.now = max(self.harness.now, complaint.at)
        return self.spikes().look(POLICY, lambda: NONE, Wording(TITLES)).announced.outcome


@pytest.fixture
def shore(tmp_path: Path) -> Iterator[Shore]:
    harness = Harness(f"sqlite:///{tmp_path / 'pointsman.db'}", now=NOON)
    yield Shore(harness)
    harness.engine.dispose()


def test_a_day_with_two_outages_makes_two_messages(shore: Shore) -> None:
    day = [*rush(0, 40), *complaints(*range(6, 90), first_id=100), *complaints(*range(100, 400, 20), first_id=300)]
    day += rush(420, 30, first_id=500)

    outcomes = [shore.look(one) for one in sorted(day, key=lambda one: one.at)]

    assert outcomes.count("sent") == 2
    assert set(outcomes) == {"sent", "nothing", "quiet"}
    assert [text.splitlines()[0] for text in shore.harness.chat.texts] == [
        "10 stability complaints in 10 minutes, no incident open"
    ] * 2


def test_workers_that_see_the_same_spike_say_it_once(shore: Shore) -> None:
    shore.seen = rush(0, 12)
    shore.harness.now = NOON + 6 * MINUTE
    start = threading.Barrier(8)
    outcomes: list[str] = []

    def race() -> None:
        start.wait()
        outcomes.append(shore.spikes().look(POLICY, lambda: NONE, Wording()).announced.outcome)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count("sent") == 1
    assert set(outcomes) <= {"sent", "known", "quiet"}
    assert len(shore.harness.chat.texts) == 1


def test_workers_that_see_it_differently_say_it_once_too(shore: Shore) -> None:
    """One has read the complaints before the last two were stored: the key does not depend on what it read."""
    shore.harness.now = NOON + 6 * MINUTE
    shore.seen = rush(0, 12)
    turn = shore.harness.announcer.next_message("spike:stability_complaint", MINUTE)
    assert turn is not None

    assert shore.spikes().look(POLICY, lambda: NONE, Wording()).announced.outcome == "sent"
    assert shore.harness.announcer.announce("spike", turn.key, "10 stability complaints").outcome == "known"


def test_the_link_and_the_tickets_come_back(shore: Shore) -> None:
    shore.harness.chat.permalink = "https://chat.example/p/1"
    shore.seen = rush(0)
    shore.harness.now = NOON + 6 * MINUTE

    looked = shore.spikes().look(POLICY, lambda: NONE, Wording())

    assert looked.announced == Announced("sent", "https://chat.example/p/1")
    assert looked.tickets == tuple(range(1, 11))


def test_a_message_that_the_chat_did_not_take_is_said_with_the_next_complaint(shore: Shore) -> None:
    shore.harness.chat.fails = [Unavailable("chat", "no connection")]

    outcomes = [shore.look(one) for one in rush(0, 12)]

    assert outcomes == ["nothing"] * 9 + ["later", "sent", "quiet"]
    assert shore.harness.chat.texts[0].startswith("11 stability complaints in 10 minutes")


def test_archetypes_have_spikes_of_their_own(shore: Shore) -> None:
    shore.seen = rush(0)
    shore.harness.now = NOON + 6 * MINUTE

    assert shore.spikes().look(POLICY, lambda: NONE, Wording()).announced.outcome == "sent"
    assert shore.spikes().look(Policy("bug_report"), lambda: NONE, Wording()).announced.outcome == "sent"


def test_reads_nothing_while_it_is_quiet_or_without_a_chat(shore: Shore) -> None:
    shore.seen = rush(0)
    shore.harness.now = NOON + 6 * MINUTE
    shore.spikes().look(POLICY, lambda: NONE, Wording())
    assert shore.asked == [("stability_complaint", NOON - 64 * MINUTE)]

    assert shore.spikes().look(POLICY, lambda: NONE, Wording()).announced.outcome == "quiet"
    silent = SpikeWatch(
        Announcer(None, shore.harness.announcements, shore.harness.kept, lambda: NOON),
        shore.read,
        lambda: NOON,
    )
    assert silent.look(POLICY, lambda: NONE, Wording()).announced.outcome == "off"
    assert len(shore.asked) == 1
