"""Statements that go to the driver itself answer, and fail, as through SQLAlchemy; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.records.database import make_engine
from app.records.prepared import PreparedStatement, together

TABLE = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("said", sa.JSON, nullable=False),
    sa.Column("share", sa.Float),
    sa.Column("new", sa.Boolean, nullable=False),
    sa.Column("name", sa.String(8)),
)
OTHERS = sa.Table("others", TABLE.metadata, sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False))
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
        TABLE.metadata.create_all(connection)
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


_NAMED = sa.update(TABLE).where(TABLE.c.number == sa.bindparam("of")).values(name=sa.bindparam("name"))
NAMED, NAMED_ANSWERED = PreparedStatement(_NAMED), PreparedStatement(_NAMED.returning(TABLE.c.number))
OTHER = PreparedStatement(sa.insert(OTHERS).inline(), ["number"])
COUNT = PreparedStatement(sa.select(sa.func.count()).select_from(OTHERS))


@pytest.fixture
def asked(connection: sa.Connection, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes to the driver."""
    texts: list[str] = []
    execute = PreparedStatement._executed

    def executed(self: PreparedStatement, connection: sa.Connection, run: Any, ask: Any) -> Any:
        texts.append(run.text)
        return execute(self, connection, run, ask)

    monkeypatch.setattr(PreparedStatement, "_executed", executed)
    return texts


def test_what_is_written_together_is_one_statement_on_postgresql(connection: sa.Connection, asked: list[str]) -> None:
    INSERT.run(connection, ROW)
    with together(connection):
        OTHER.write(connection, {"number": 1})
        assert NAMED_ANSWERED.tuples(connection, {"of": ROW["number"], "name": "Ada"}) == [(ROW["number"],)]
        OTHER.write(connection, {"number": 2})
        assert COUNT.tuples(connection) == [(2,)], "who reads sees it"
    OTHER.write(connection, {"number": 3})
    one = connection.dialect.name == "postgresql"
    assert len(asked) == 1 + (1 if one else 2) + 3
    assert COUNT.tuples(connection) == [(3,)]
    assert PreparedStatement(OF_NUMBER).rows(connection, ROW) == [{**ROW, "name": "Ada"}]


def test_two_changes_of_one_table_are_not_joined_so_both_hold(connection: sa.Connection) -> None:
    INSERT.run(connection, ROW)
    with together(connection):
        OTHER.write(connection, {"number": 1})
        NAMED.write(connection, {"of": ROW["number"], "name": "Ada"})
        NAMED.write(connection, {"of": ROW["number"], "name": "Bea"})
        assert NAMED.run(connection, {"of": ROW["number"], "name": "Cleo"}) == 1
        OTHER.write(connection, {"number": 2})
        with together(connection):  # of a part that may also stand alone
            OTHER.write(connection, {"number": 3})
    assert COUNT.tuples(connection) == [(3,)]
    assert PreparedStatement(OF_NUMBER).rows(connection, ROW) == [{**ROW, "name": "Cleo"}]


def test_what_waited_when_the_block_failed_is_not_written_by_what_comes_next(connection: sa.Connection) -> None:
    connection.commit()

    def write() -> None:
        with connection.begin(), together(connection):
            INSERT.write(connection, ROW)
            OTHER.run(connection, {"number": 1})

    with connection.begin():
        OTHER.run(connection, {"number": 1})
    with pytest.raises(IntegrityError):
        write()
    with connection.begin():
        OTHER.run(connection, {"number": 2})
        assert PreparedStatement(OF_NUMBER).rows(connection, ROW) == []
        assert COUNT.tuples(connection) == [(2,)]
