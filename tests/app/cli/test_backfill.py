"""`pointsman backfill`: it begins, goes on and says what became of it; what is under way is not queued twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import backfill as command
from app.cli.main import cli
from app.records.records import Records
from app.work.jobs.backfill_state import BackfillState, BackfillStates
from app.work.messages import Backfill, BackfillMessage, BackfillTickets, Work
from tests.support.rules import MACROS, routing

FEED = "feeds:\n  news: {type: rss, address: 'https://e.org/feed', channel: forum}\n"
SINCE = datetime(2025, 10, 1, tzinfo=UTC)
END = BackfillState(
    state="ended", page=3, reached=SINCE, read=40, tickets=12, left_out={"no words": 3, "too few points": 20}
)


@dataclass
class Service:
    """Does at once what is queued: it comes to the state `ends`."""

    states: BackfillStates
    ends: BackfillState = END
    begun: list[BackfillMessage] = field(default_factory=list)

    def accept(self, works: list[Work]) -> None:
        for work in works:
            assert isinstance(work.message, BackfillMessage)
            self.begun.append(work.message)
            self.states.keep(work.message, self.ends.model_copy(update={"run": work.message.run}), SINCE)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'pointsman.db'}")
    monkeypatch.chdir(tmp_path)
    Path("routing.yaml").write_text(routing(more=FEED))
    Path("macros.yaml").write_text(MACROS)
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    service = Service(BackfillStates(records.progress))
    monkeypatch.setattr(command, "queue_open", lambda: nullcontext(service))
    yield service
    records.close()


def backfill(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["backfill", "--from", "2025-10-01", *arguments])


def test_it_suggests_by_default_and_says_what_became_of_it(service: Service) -> None:
    done = backfill("--limit", "50")
    assert done.exit_code == 0
    (begun,) = service.begun
    assert (begun.source, begun.since, begun.mode, begun.left) == ("news", SINCE, "suggest", 50)
    assert done.stdout == (
        "news: 40 posts, to 2025-10-01: 12 new tickets, 5 known, 23 left out (too few points: 20; no words: 3). "
        "Read to its end.\n"
    )


def test_tickets_that_wait_are_judged_where_that_is_asked_for(service: Service) -> None:
    done = backfill("--zendesk")
    (begun,) = service.begun
    assert isinstance(begun, BackfillTickets)
    assert done.stdout.startswith("zendesk: 40 tickets, to 2025-10-01: 12 to judge, ")
    backfill("--zendesk", "--feed", "news")
    assert [one.source for one in service.begun] == ["zendesk", "news"]


def test_a_run_that_ended_is_only_said_again(service: Service) -> None:
    first = backfill()
    assert backfill().stdout == first.stdout
    assert len(service.begun) == 1


@pytest.mark.parametrize("state", ["limit", "failed"])
def test_the_next_run_goes_on_where_the_last_one_came_to(service: Service, state: str) -> None:
    service.ends = END.model_copy(update={"state": state, "before": "place"})
    assert backfill().exit_code == (1 if state == "failed" else 0)
    service.ends = END
    backfill()
    assert [(one.run, one.page, one.before) for one in service.begun] == [(1, 1, ""), (2, 1, "place")]


def test_what_is_under_way_is_the_same_work(service: Service) -> None:
    asked = Backfill(key="", accepted_at=SINCE, feed="news", since=SINCE, left=200)
    service.states.keep(asked, BackfillState(page=4, before="place"), SINCE)
    backfill()
    (begun,) = service.begun
    assert begun.key == asked.model_copy(update={"page": 5}).keyed().key


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--feed", "nws"), "has no nws. It has: news."), (("--from", "2999-01-01"), "is not in the past")],
)
def test_what_cannot_be_read_is_said_at_once(service: Service, arguments: tuple[str, ...], said: str) -> None:
    done = backfill(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert service.begun == []


def test_ctrl_c_leaves_the_service_to_it(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "watch", interrupted)
    done = backfill()
    assert done.exit_code == command.INTERRUPTED
    assert "The service goes on." in done.stderr
    assert len(service.begun) == 1
