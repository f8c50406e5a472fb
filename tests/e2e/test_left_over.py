"""What an earlier version left in the queue, this one finishes. `left_over/COMMIT.json`: its rows, as it stored them.

Recorded by running that commit against the sandbox: a ticket whose issue was reported and then closed (`follow_issue`,
`count_reports`), one that waits for GitLab (`link_ticket`), one whose update hung when the process was killed, with
another delivery of it behind, and one that had not begun. All of it was in the one queue that there was.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from app.records.database import make_engine, migrate
from app.service import Service
from app.web.app import create_app
from app.web.serving import serve_in_thread
from app.work.engine.engine import Engine, Work
from integrations.sandbox import Sandbox
from tests.chaos.engine_records import EngineRecords
from tests.support.harness import INFRASTRUCTURE, PROJECT, settings_for, wait_until
from tests.support.postgres import PostgresServer

LEFT_OVER = Path(__file__).parent / "left_over"
# 07b1bac: before the queues `writing` and `bulk`, before `waits` and `bulk` in payloads, before ages as priorities.
COMMITS = {"07b1bac": "0003"}
LONG_AGO_MS = 1
OF_THE_ENGINE = {"workflow_status", "operation_outputs", "workflow_input"}
LINKED, WAITS_FOR_LINK, HUNG, NOT_BEGUN = 35001, 35002, 35003, 35004


@pytest.fixture(params=["sqlite", "postgresql"])
def url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.new_database()
    return f"sqlite:///{tmp_path / 'pointsman.db'}"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """As the sandbox stood when the rows were recorded."""
    with Sandbox.start() as sandbox:
        sandbox.zendesk.add_group("Support")
        sandbox.gitlab.add_project(PROJECT, "public")
        sandbox.gitlab.add_project(INFRASTRUCTURE, "public")
        sandbox.gitlab.add_issue(PROJECT, title="The Web IDE eats tabs")
        sandbox.gitlab.close_issue(PROJECT, 1)
        yield sandbox


def load(url: str, commit: str, sandbox: Sandbox) -> dict[str, list[dict[str, Any]]]:
    """Puts the rows into a database as that commit made it, and the tickets into the sandbox."""
    text = (LEFT_OVER / f"{commit}.json").read_text()
    text = text.replace("GITLAB_URL", sandbox.gitlab.url).replace("ZENDESK_URL", sandbox.zendesk.url)
    left: dict[str, list[dict[str, Any]]] = json.loads(text)
    engine = make_engine(url, pool=1)
    migrate(engine, COMMITS[commit])
    queue = Engine(url, worker=False)
    queue.start()
    queue.stop()
    with engine.begin() as connection:
        for name, rows in left.items():
            of_the_engine = name in OF_THE_ENGINE and connection.dialect.name != "sqlite"
            table = sa.Table(name, sa.MetaData(), schema="dbos" if of_the_engine else None, autoload_with=connection)
            for row in rows:
                connection.execute(sa.insert(table).values(_as_columns(table, row)))
    engine.dispose()
    tickets = {one["ticket_id"]: one["tags"] for one in left["decisions"] if one["state"] != "writing"}
    for ticket_id in (LINKED, WAITS_FOR_LINK, HUNG, NOT_BEGUN):
        person = {"name": "Ada Example", "email": "ada@example.org", "handle": "@ada"}
        body = "@gitlab thank you for the release!"
        created = sandbox.zendesk.create_ticket(
            subject="", body=body, via_channel="twitter", requester=person, tags=tickets.get(ticket_id, [])
        )
        assert created == ticket_id
    return left


def _as_columns(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    """Rows were recorded from SQLite, which has neither booleans nor JSON; a wait is over."""
    made: dict[str, Any] = {}
    for name, value in row.items():
        kind = table.columns[name].type
        if isinstance(kind, sa.Boolean):
            made[name] = bool(value)
        elif isinstance(kind, sa.JSON) and value == "null":
            continue
        else:
            made[name] = LONG_AGO_MS if name == "delay_until_epoch_ms" else value
    return made


@pytest.mark.parametrize("commit", COMMITS)
def test_all_that_an_earlier_version_left_is_finished_once(
    url: str, commit: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    left = load(url, commit, sandbox)
    service = Service.build(settings_for(sandbox, tmp_path, DATABASE_URL=url))
    records = EngineRecords(url)
    with serve_in_thread(create_app(service), service.settings) as address:
        assert service.check_workflows() == "all work that waits is known"
        wait_until(lambda: records.unfinished() == 0, seconds=60)
        runs = {run.key: run.status for run in records.runs()}
        decisions = {one.run_id: one for one in service.records.decisions.newest(limit=50)}
        links = {one.ticket_id: one for one in service.records.links.of_ticket(WAITS_FOR_LINK)}
        failures = service.records.failures.newest(limit=10)
        service.engine.accept([Work("of_a_later_version", "strange", "ticket:1", {})])
        ready, metrics = httpx.get(f"{address}/readyz"), httpx.get(f"{address}/metrics").text
    records.close()
    assert [(one.key, one.ticket_id, one.step, one.reason, one.message) for one in failures] == []
    assert set(runs.values()) == {"SUCCESS"}
    assert {row["workflow_uuid"] for row in left["workflow_status"]} <= set(runs)

    # Told once that its issue was closed; the first comment is the ticket itself.
    told = sandbox.zendesk.ticket(LINKED)
    assert [f"{PROJECT}#1 was closed" in str(one["body"]) for one in told["comments"]] == [False, True]
    # Linked once, to an issue opened once.
    assert "issue_linked" in sandbox.zendesk.ticket(WAITS_FOR_LINK)["tags"]
    assert links[WAITS_FOR_LINK].iid == 2
    assert len(sandbox.gitlab.issues(PROJECT)) == 2
    # Written once, by the run that had begun.
    hung = sandbox.zendesk.ticket(HUNG)
    assert len(hung["comments"]) == 2
    assert "pointsman_done" in hung["tags"]
    (was,) = [row for row in left["decisions"] if row["ticket_id"] == HUNG]
    assert decisions[was["run_id"]].state == "done"
    assert len(sandbox.zendesk.ticket(NOT_BEGUN)["comments"]) == 2

    # Work that only another version can do is told, and keeps nobody from delivering.
    assert ready.status_code == 200
    assert ready.json()["parts"]["workflows"]["degraded"]
    assert "1 of of_a_later_version" in ready.json()["parts"]["workflows"]["detail"]
    assert 'pointsman_unknown_workflow_work{workflow="of_a_later_version"} 1.0' in metrics
