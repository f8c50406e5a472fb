"""`pointsman failures`, `pause` and `resume`: on the database, beside a service or without one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from app.records.attempts import Attempt
from app.records.failures import Failure
from app.records.records import Records
from app.work.engine.engine import Engine
from app.work.messages import TriageTicket
from tests.app.work.conftest import wait_until
from tests.support.work import triage

AT = "2026-11-01T08:00:00+00:00"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'pointsman.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    return url


@pytest.fixture
def records(url: str) -> Iterator[Records]:
    records = Records.open(url)
    yield records
    records.close()


def pointsman(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def failed(records: Records, key: str = "zd:1", at: str = AT) -> int:
    message = triage(key, 1, "ticket.created", datetime.fromisoformat(at)).message
    work = message.model_copy(update={"attempt": 2}).model_dump(mode="json")
    records.failures.add(Failure(key, "zendesk", 1, "write", "forbidden", "zendesk: 403", 2, work, at))
    found = records.failures.by_key(key)
    assert found is not None
    return found.id or 0


def test_failures_are_listed_with_their_cause_and_all_tries(records: Records) -> None:
    failed(records)
    for number in (1, 2):
        records.attempts.add(Attempt("zd:1", 0, number, "write", "zendesk", "unavailable", "zendesk: 503", AT))
    assert "forbidden" in pointsman("failures").stdout
    (listed,) = json.loads(pointsman("failures", "--json").stdout)
    assert [one["number"] for one in listed["tries"]] == [1, 2]
    assert json.loads(pointsman("failures", "--json", "--since", "2026-12-01").stdout) == []
    assert json.loads(pointsman("failures", "--json", "--state", "ignored").stdout) == []


def test_failures_are_retried_by_a_service_that_runs_beside_the_command(records: Records, url: str) -> None:
    ran: list[TriageTicket] = []
    engine = Engine(url, polling_seconds=0.02)
    engine.register(TriageTicket, ran.append, lambda _message, _error: None)
    engine.start()
    try:
        first = failed(records)
        failed(records, "zd:2")
        failed(records, "zd:3", at="2026-10-01T08:00:00+00:00")
        assert pointsman("failures", "retry", str(first)).exit_code == 0
        assert pointsman("failures", "retry", str(first)).exit_code == 1, "it is being tried again"
        assert "retries 1 failure" in pointsman("failures", "retry", "--since", "2026-11-01").stdout
        wait_until(lambda: len(ran) == 2)
        assert sorted((one.key, one.generation, one.attempt) for one in ran) == [("zd:1", 1, 1), ("zd:2", 1, 1)]
        assert engine.recover() == 0, "the command left nothing behind that has to be taken over"
    finally:
        engine.stop(grace_seconds=1)


def test_a_failure_is_ignored_with_a_reason(records: Records) -> None:
    number = failed(records)
    assert pointsman("failures", "ignore", str(number)).exit_code == 2, "a reason is needed"
    done = pointsman("failures", "ignore", str(number), "--reason", "spam anyway")
    ignored = f"Failure {number} is now `ignored`: `write` of ticket 1 is not done. The reason is kept: spam anyway\n"
    assert (done.exit_code, done.stdout) == (0, ignored)
    known = records.failures.by_id(number)
    assert known is not None
    assert (known.state, known.because) == ("ignored", "spam anyway")


def test_pausing_and_resuming_need_no_service(records: Records) -> None:
    paused = pointsman("pause", "--what", "replies", "--reason", "a wrong macro").stdout
    assert paused.startswith("Paused the sending of replies.\nNow: replies paused since ")
    (pause,) = records.pauses.current()
    assert (pause.what, pause.reason) == ("replies", "a wrong macro")
    assert pause.by
    pointsman("pause")
    assert {one.what for one in records.pauses.current()} == {"all", "replies"}
    resumed = pointsman("resume", "--what", "all").stdout
    assert resumed.startswith("Resumed all work.\nNow: replies paused since ")
    assert pointsman("resume").stdout == "Resumed the sending of replies.\nNothing is paused now.\n"
    assert pointsman("resume").stdout == "Nothing changed: nothing was paused.\nNothing is paused now.\n"
    assert pointsman("resume", "--what", "issues").stdout.startswith("Nothing changed: work on issues was not paused.")


@pytest.mark.parametrize(
    "arguments",
    [
        ["pause", "--what", "coffee"],
        ["resume", "--what", "coffee"],
        ["failures", "--state", "lost"],
        ["failures", "--since", "yesterday"],
        ["failures", "retry"],
        ["failures", "retry", "1", "--since", "2h"],
    ],
)
def test_what_cannot_be_asked_is_said(records: Records, arguments: list[str]) -> None:
    answer = pointsman(*arguments)
    assert answer.exit_code == 2
    assert isinstance(answer.exception, SystemExit), "a sentence, no traceback"


def test_an_unknown_failure_is_said(records: Records) -> None:
    assert pointsman("failures", "retry", "99").exit_code == 1
    assert pointsman("failures", "ignore", "99", "--reason", "x").exit_code == 1


def test_a_database_that_is_not_there_is_not_made(url: str, tmp_path: Path) -> None:
    assert pointsman("pause").exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command", ["failures", "failures retry 1", "pause", "resume", "backtest --from 2026-11-01", "train"]
)
@pytest.mark.parametrize("url", ["nonsense", "mysql://db/x", "postgresql://db:s3cret/x"])
def test_a_url_that_is_none_is_refused_with_a_sentence(command: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    done = pointsman(*command.split())
    assert done.exit_code == 2
    assert "DATABASE_URL: must" in done.stderr
    assert "s3cret" not in done.output


def test_the_url_may_come_from_a_file(
    records: Records, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text(url)
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "secret"))
    assert pointsman("pause").exit_code == 0
    assert [one.what for one in records.pauses.current()] == ["all"]


@pytest.mark.parametrize("command", ["failures", "pause", "train"])
def test_a_server_that_does_not_answer_is_named(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:s3cret@127.0.0.1:9/x")
    done = pointsman(*command.split())
    assert done.exit_code == 2
    assert "127.0.0.1:9 cannot be opened (OperationalError)" in " ".join(done.stderr.split())
    assert "s3cret" not in done.output


@pytest.mark.parametrize("command", ["failures", "pause", "train"])
def test_a_file_that_is_no_database_is_named(command: str, url: str, tmp_path: Path) -> None:
    (tmp_path / "pointsman.db").write_text("nonsense, and more of it than a header has " * 9)
    done = pointsman(*command.split())
    assert done.exit_code == 2
    assert "pointsman.db cannot be opened (DatabaseError): it is no SQLite database" in " ".join(done.stderr.split())


@pytest.mark.usefixtures("records")
def test_no_failure_is_a_sentence_and_not_an_empty_table() -> None:
    assert pointsman("failures").stdout == "There are no open failures.\n"
    assert pointsman("failures", "--state", "all").stdout == "There are no failures.\n"
