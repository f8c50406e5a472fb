"""What the database counts of first answers, also of rows from before it knew how long each took."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.records.database import make_engine
from app.records.first_answers import AnsweredTickets, FirstAnswer, FirstAnswers
from app.records.migration import migrate

DAY = "2026-11-05T"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_tickets_of_one_day_and_channel_are_put_together(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url, pool=1)
    migrate(engine, "0012")
    old = {"ticket_id": 1, "channel": "forum", "answered_by": "person"}
    times = {"created_at": f"{DAY}08:00:00+00:00", "answered_at": f"{DAY}09:00:30.900000+00:00"}
    late = {"created_at": f"{DAY}08:00:00+00:00", "answered_at": f"{DAY}07:00:00+00:00"}
    names = [*old, *times]
    insert = sa.text(f"insert into first_answers ({', '.join(names)}) values (:{', :'.join(names)})")
    with engine.begin() as connection:
        connection.execute(insert, [old | times, old | late | {"ticket_id": 2}])
    migrate(engine)
    answers = FirstAnswers(engine)
    answers.save(
        [
            FirstAnswer(3, "forum", f"{DAY}10:00:00+00:00", f"{DAY}10:00:05+00:00", "person"),
            FirstAnswer(4, "forum", f"{DAY}11:00:00+00:00"),
            FirstAnswer(5, "forum", f"{DAY}12:00:00+00:00", solved_at=f"{DAY}13:00:00+00:00"),
            FirstAnswer(6, "forum", f"{DAY}12:00:00+00:00"),
        ]
    )
    answers.save([FirstAnswer(6, "forum", f"{DAY}12:00:00+00:00", f"{DAY}12:00:01+00:00", "us")])
    found = {one.answered_by: one for one in answers.created_between(DAY, "2026-11-06", "forum")}
    assert sorted(found["person"].waited) == [0, 5, 3630]
    assert found[""] == AnsweredTickets("2026-11-05", "forum", "", 2, (), (f"{DAY}11:00:00+00:00",))
    assert found["us"] == AnsweredTickets("2026-11-05", "forum", "us", 1, (1,), ())
    assert answers.created_between(DAY, "2026-11-06", "twitter") == []
    engine.dispose()
