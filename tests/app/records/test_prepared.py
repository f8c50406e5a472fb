"""Statements that go to the driver itself answer, and fail, as through SQLAlchemy; on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.records.database import make_engine
from app.records.prepared import PreparedStatement

TABLE = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("said", sa.JSON, nullable=False),
    sa.Column("share", sa.Float),
    sa.Column("new", sa.Boolean, nullable=False),
    sa.Column("name", sa.String(8)),
)
ROW = {"number": 2**40, "said": {"a": [1, None, "é"]}, "share": 0.25, "new": True, "name": None}
INSERT = PreparedStatement(sa.insert(TABLE).inline(), list(ROW))
OF_NUMBER = sa.select(TABLE).where(TABLE.c.number == sa.bindparam("number")).limit(5)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def connection(database_url: str) -> Iterator[sa.Connection]:
    engine = make_engine(database_url)
    with engine.connect() as connection:
        TABLE.create(connection)
        yield connection
    engine.dispose()


def test_what_is_written_is_read_as_sqlalchemy_reads_it(connection: sa.Connection) -> None:
    assert INSERT.run(connection, ROW) == 1
    asked = {"number": ROW["number"]}
    assert PreparedStatement(OF_NUMBER).rows(connection, asked) == [ROW]
    assert [dict(row) for row in connection.execute(OF_NUMBER, asked).mappings()] == [ROW]


def test_many_rows_are_written_at_once_and_none_is_no_error(connection: sa.Connection) -> None:
    INSERT.run_all(connection, [])
    INSERT.run_all(connection, [{**ROW, "number": number} for number in range(3)])
    assert PreparedStatement(sa.select(TABLE.c.number).order_by(TABLE.c.number)).tuples(connection) == [
        (0,),
        (1,),
        (2,),
    ]


def test_what_is_returned_by_a_change_is_read_too(connection: sa.Connection) -> None:
    INSERT.run(connection, ROW)
    changed = sa.update(TABLE).values(name=sa.bindparam("to")).returning(TABLE.c.name, TABLE.c.said)
    assert PreparedStatement(changed).rows(connection, {"to": "b"}) == [{"name": "b", "said": ROW["said"]}]


def test_an_error_is_sqlalchemys_and_does_not_quote_what_was_written(connection: sa.Connection) -> None:
    INSERT.run(connection, ROW)
    with pytest.raises(IntegrityError) as failed:
        INSERT.run(connection, {**ROW, "name": "secret"})
    assert failed.value.params is None
    assert not failed.value.connection_invalidated
