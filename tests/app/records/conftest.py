"""Our tables, opened on the database of each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.records.records import Records


@pytest.fixture
def records(database_url: str) -> Iterator[Records]:
    records = Records.open(database_url)
    yield records
    records.close()
