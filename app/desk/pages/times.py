"""Response times: how long people wait for a first answer, by channel and day, and how many wait now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from app.desk.page import Content, Page, VisitDep
from app.desk.query import Day
from app.desk.waits import AGES, GOAL_SECONDS, Waits, WaitsBy, waiting_by_age, waits_by
from app.work.reconcile.first_answers import POSITION

DAYS_SHOWN = 14
MOST_DAYS = 92


class TimesQuery(BaseModel):
    """What the address of the page says."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    channel: Annotated[str, Field(max_length=128)] = ""
    first_day: Day = Field(None, alias="from")
    last_day: Day = Field(None, alias="to")

    def days(self, today: date) -> list[date]:
        """The first and the last included; at most MOST_DAYS."""
        last = min(self.last_day or today, today)
        first = self.first_day or last - timedelta(days=DAYS_SHOWN - 1)
        first = max(min(first, last), last - timedelta(days=MOST_DAYS - 1))
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def given(self) -> dict[str, str]:
        """What it filters by, as the address spells it."""
        values = self.model_dump(mode="json", by_alias=True)
        return {name: str(value) for name, value in values.items() if value}


def read(visit: VisitDep, query: Annotated[TimesQuery, Query()]) -> Content:
    now, records = visit.now.astimezone(UTC), visit.records
    days = query.days(now.date())
    begin, end = _midnight(days[0]), _midnight(days[-1] + timedelta(days=1))

    def counted() -> WaitsBy:
        return waits_by(records.first_answers.created_between(begin, end, query.channel), now)

    _, waits = visit.kept.of(("waits", begin, end, query.channel), now, counted)
    reached = records.progress.of(POSITION)
    routing = visit.service.deps.rulebook.current().routing
    none = Waits(0, 0, 0, 0, 0, None, None, 0, 0)
    return {
        "filters": query.given(),
        "first": days[0].isoformat(),
        "last": days[-1].isoformat(),
        "goal_seconds": GOAL_SECONDS,
        "whole": _told(waits.whole),
        "days": [{"day": day.isoformat(), **_told(waits.days.get(day.isoformat(), none))} for day in days],
        "channels": [{"channel": name, **_told(one)} for name, one in waits.channels.items()],
        "ages": [name for name, _ in AGES],
        "waiting": [
            {"channel": name, "counts": counts, "total": sum(counts)}
            for name, counts in waiting_by_age(records.first_answers.waiting(query.channel), now).items()
        ],
        "titles": {name: one.title for name, one in routing.channels.items()},
        "elsewhere": [one.title for one in routing.channels.values() if one.reply == "elsewhere"],
        "read_to": datetime.fromtimestamp(int(reached.value), UTC).isoformat() if reached else "",
    }


def as_table(content: Content) -> Iterator[Sequence[object]]:
    """By day, then by channel; times in seconds."""
    numbers = ("tickets", "by_person", "by_us", "waiting", "without_answer", "in_time", "late")
    yield ("by", "name", *numbers, "share_in_time", "median_seconds", "p90_seconds", "median_at_least", "p90_at_least")
    for by, rows in (("day", content["days"]), ("channel", content["channels"])):
        for row in rows:
            times = [row[name] or {"seconds": "", "at_least": ""} for name in ("median", "p90")]
            share = "" if row["share"] is None else row["share"]
            counts = [row[name] for name in numbers]
            yield (by, row[by], *counts, share, *(one["seconds"] for one in times), *(one["at_least"] for one in times))


def _told(waits: Waits) -> Mapping[str, Any]:
    share = waits.share
    return {**asdict(waits), "share": None if share is None else round(share, 3)}


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat()


PAGE = Page("/desk/times", "Response times", "times.html", read, nav="Times", key="t", is_live=False, as_table=as_table)
