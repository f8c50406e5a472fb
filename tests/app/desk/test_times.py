"""Response times: what they are made of, what the page says of them, and its table for a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import timedelta
from io import StringIO

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from app.desk.charts import HEIGHT, TOP, share_chart, time_chart
from app.desk.waits import Waited, WaitsBy, waiting_by_age, waits_by
from app.records.first_answers import AnsweredBy, FirstAnswer, FirstAnswers
from app.records.tables import first_answers
from app.work.reconcile.first_answers import POSITION
from tests.support.desk import Desk
from tests.support.fakes import NOW

TIMES = "/desk/times"


def answer(
    ticket: int,
    *,
    hours_ago: float,
    after: float | None = None,
    by: AnsweredBy = "person",
    channel: str = "twitter",
    solved: bool = False,
) -> FirstAnswer:
    """`after`: minutes until the first answer."""
    created = NOW - timedelta(hours=hours_ago)
    answered = (created + timedelta(minutes=after)).isoformat() if after is not None else None
    return FirstAnswer(
        ticket_id=ticket,
        channel=channel,
        created_at=created.isoformat(),
        answered_at=answered,
        answered_by=by if answered else "",
        solved_at=NOW.isoformat() if solved else None,
    )


def counted(rows: Sequence[FirstAnswer]) -> WaitsBy:
    """As the database puts them together."""
    engine = sa.create_engine("sqlite://", poolclass=StaticPool)
    first_answers.create(engine)
    records = FirstAnswers(engine)
    records.save(rows)
    found = waits_by(records.created_between("2000", "2100"), NOW)
    engine.dispose()
    return found


def test_what_still_waits_counts_with_the_time_it_has_waited() -> None:
    rows = [
        answer(1, hours_ago=9, after=10),
        answer(2, hours_ago=9, after=60, by="us"),
        answer(3, hours_ago=9, after=120),
        answer(4, hours_ago=3),
        answer(5, hours_ago=0.5),
        answer(6, hours_ago=9, solved=True),
    ]
    whole = counted(rows).whole
    assert (whole.tickets, whole.by_person, whole.by_us, whole.waiting, whole.without_answer) == (6, 2, 1, 2, 1)
    assert (whole.in_time, whole.late) == (2, 2), "the one that has waited for half an hour may still be in time"
    assert whole.share == 0.5
    assert whole.median == Waited(3600, at_least=False)
    assert whole.p90 == Waited(3 * 3600, at_least=True)


def test_of_nothing_nothing_is_said() -> None:
    nothing = counted([])
    assert (nothing.whole.tickets, nothing.days, nothing.channels) == (0, {}, {})
    none = counted([answer(1, hours_ago=1, solved=True)]).whole
    assert (none.share, none.median, none.p90) == (None, None, None)


def test_days_and_channels_add_up_to_the_whole() -> None:
    rows = [
        answer(n, hours_ago=24 * day, after=after, channel=channel)
        for n, (day, after, channel) in enumerate(
            [(1, 10, "forum"), (1, 20, "twitter"), (2, 300, "forum"), (2, 5, "forum")]
        )
    ]
    found = counted(rows)
    assert {name: (one.tickets, one.in_time) for name, one in found.channels.items()} == {
        "forum": (3, 2),
        "twitter": (1, 1),
    }
    assert [one.tickets for one in found.days.values()] == [2, 2]
    assert (found.whole.tickets, found.whole.late) == (4, 1)
    assert found.days[min(found.days)].p90 == Waited(300 * 60, at_least=False)


@pytest.mark.parametrize(("hours_ago", "at_least"), [((1, 1), True), ((3, 3), True), ((0.5, 3), False)])
def test_who_waits_waits_longer_than_who_was_answered_after_the_same_time(
    hours_ago: tuple[float, float], at_least: bool
) -> None:
    rows = [answer(1, hours_ago=9, after=60), *(answer(n, hours_ago=one) for n, one in enumerate(hours_ago, start=2))]
    median = counted(rows).whole.median
    assert median
    assert median.at_least is at_least


def test_who_waits_is_counted_by_channel_and_age() -> None:
    rows = [
        answer(n, hours_ago=age, channel=channel)
        for n, (age, channel) in enumerate(
            [
                (0.9, "forum"),
                (1, "forum"),
                (3.9, "twitter"),
                (4, "twitter"),
                (23, "twitter"),
                (24, "twitter"),
                (999, "forum"),
            ]
        )
    ]
    assert waiting_by_age(rows, NOW) == {"forum": [1, 1, 0, 1], "twitter": [0, 1, 2, 1]}


def test_days_under_a_chart_are_spelled_as_on_all_pages() -> None:
    days = [{"day": f"2026-11-{day}", "share": None} for day in (28, 29)]
    assert [one.label for one in share_chart(days).columns] == ["28 Nov", "29 Nov"]


def test_columns_stay_inside_the_chart_whatever_the_times() -> None:
    times = [None, 0, 1, 3600, 86400, 10**9]
    days = [
        {"day": f"2026-01-{n:02d}", "share": None if one is None else 1.0}
        | {name: one if one is None else {"seconds": one} for name in ("median", "p90")}
        for n, one in enumerate(times, start=1)
    ]
    for chart in (share_chart(days), time_chart(days, 3600)):
        assert len(chart.columns) == len(days)
        for column in chart.columns:
            assert column.height >= 0
            assert TOP <= column.y <= column.y + column.height <= HEIGHT
        assert [one.y for one in chart.marks] == sorted((one.y for one in chart.marks), reverse=True)
    (goal,) = [one for one in time_chart(days, 3600).marks if one.is_goal]
    assert time_chart(days, 3600).columns[3].dot == goal.y


@pytest.fixture
def filled(desk: Desk) -> Desk:
    desk.sign_in("read")
    desk.records.first_answers.save(
        [
            answer(1, hours_ago=2, after=10),
            answer(2, hours_ago=26, after=300, by="us"),
            answer(3, hours_ago=27, channel="forum"),
            answer(4, hours_ago=24 * 20, after=5),
        ]
    )
    desk.records.progress.reached(POSITION, str(int(NOW.timestamp())), now=NOW.isoformat())
    return desk


def test_the_page_and_its_twin_say_the_same(filled: Desk) -> None:
    page, twin = filled.get(TIMES).text, filled.get(f"{TIMES}.json").json()
    assert len(twin["days"]) == 14
    assert [twin["whole"][name] for name in ("tickets", "by_person", "by_us", "waiting")] == [3, 1, 1, 1]
    assert twin["waiting"] == [{"channel": "forum", "counts": [0, 0, 0, 1], "total": 1}]
    assert f"<dd>{twin['whole']['share']:.0%}" in page
    today = NOW.date().isoformat()
    assert f'href="/desk/decisions?from={today}&amp;to={today}" aria-label="{today}: 100% of 1 ticket within' in page
    assert len(re.findall('<rect class="column"', page)) == 2 * 14
    assert "Forum" in page
    assert f"as of {NOW:%H:%M:%S} UTC</span></caption>" in page
    assert " style=" not in page


def test_channel_and_days_are_deep_links(filled: Desk) -> None:
    def tickets(query: str) -> int:
        return int(filled.get(f"{TIMES}.json?{query}").json()["whole"]["tickets"])

    yesterday = (NOW - timedelta(days=1)).date()
    assert tickets("channel=forum") == 1
    assert tickets(f"from={yesterday}&to={yesterday}") == 2
    assert tickets("from=2025-12-01&to=") == 4
    assert tickets("from=2026-09-01&to=2020-01-01") == 0
    assert "No ticket is like this" in filled.get(f"{TIMES}?channel=nowhere").text
    assert filled.get(f"{TIMES}?from=soon").status_code == 422


def test_the_table_for_a_spreadsheet_has_the_same_numbers(filled: Desk) -> None:
    answer = filled.get(f"{TIMES}.csv?channel=twitter")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="times.csv"'
    rows = list(csv.DictReader(StringIO(answer.text)))
    assert [row["name"] for row in rows if row["by"] == "channel"] == ["twitter"]
    (today,) = [row for row in rows if row["name"] == NOW.date().isoformat()]
    assert (today["tickets"], today["share_in_time"], today["median_seconds"]) == ("1", "1.0", "600")


def test_before_anything_was_read_it_says_what_it_needs(desk: Desk) -> None:
    assert desk.get(f"{TIMES}.csv").status_code in {303, 401}
    desk.sign_in("read")
    assert "must be an administrator" in desk.get(TIMES).text
