"""The rows of a query as one value, for what is asked along with another statement."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def json_rows(dialect: str, query: sa.Select[Any]) -> sa.ColumnElement[Any]:
    """A list of lists, in the order of the query; its columns hold texts and numbers."""
    rows = query.subquery()
    if dialect == "sqlite":
        every = sa.func.json_group_array(sa.func.json_array(*rows.c), type_=sa.JSON())
    else:
        agg = sa.func.json_agg(sa.func.json_build_array(*rows.c), type_=sa.JSON())
        every = sa.func.coalesce(agg, sa.func.json_build_array(), type_=sa.JSON())
    return sa.select(every).scalar_subquery()
