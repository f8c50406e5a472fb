"""`pointsman mentions`: what was left out, and taking it after all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from app.feeds.mention import Mention
from app.records.records import Records
from app.work.engine.engine import Engine
from app.work.mentions.change import TOO_MANY
from app.work.mentions.taken import take_mention
from tests.support.fakes import Clock, dependencies

POST = {
    "source": "hackernews",
    "id": "7",
    "url": "https://e.org/7",
    "author": {"handle": "ada"},
    "text": "[gitlab] is slow",
}


def pointsman(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


@pytest.fixture(autouse=True)
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of a service that holds one mention."""
    url = f"sqlite:///{tmp_path / 'pointsman.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    records = Records.open(url)
    take_mention(dependencies(records), Mention.model_validate(POST), Clock()(), left_out=TOO_MANY)
    records.close()
    return url


def test_what_was_left_out_is_listed_with_its_reason() -> None:
    assert "[gitlab] is slow" in pointsman("mentions").stdout
    (listed,) = json.loads(pointsman("mentions", "--json").stdout)
    assert (listed["why"], listed["author"], listed["ticket_id"]) == (TOO_MANY, "ada", None)
    assert pointsman("mentions", "--state", "gone").stdout == "There are no mentions in the state `gone`.\n"


def test_one_is_taken(url: str) -> None:
    engine = Engine(url, worker=False)  # it makes the queue
    engine.start()
    engine.stop()
    done = pointsman("mentions", "take", "1")
    assert done.exit_code == 0, done.output
    (listed,) = json.loads(pointsman("mentions", "--state", "waiting", "--json").stdout)
    assert listed["id"] == 1


def test_one_that_is_not_there_is_named() -> None:
    assert "There is no mention 9." in pointsman("mentions", "take", "9").output
