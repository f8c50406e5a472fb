"""Mentions on an empty database and a Zendesk in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.feeds.mention import Mention
from app.records.mentions import StoredMention
from app.records.records import Records
from app.work.jobs.dependencies import Dependencies
from app.work.mentions.create_ticket import TicketCreator
from app.work.mentions.taken import MentionWork, take_mention, works_of
from app.work.messages import CreateMentionTicket
from tests.support.fakes import Clock, FakeEngine, FakeZendesk, dependencies

POST: dict[str, Any] = {
    "source": "hackernews",
    "id": "7",
    "url": "https://news.ycombinator.com/item?id=7",
    "author": {"handle": "ada"},
    "text": "GitLab 16.4 loses my board filters when I reload the page",
    "thread": {"url": "https://news.ycombinator.com/item?id=1", "title": "GitLab 16.4"},
}


@dataclass
class Mentioned:
    clock: Clock
    zendesk: FakeZendesk
    engine: FakeEngine
    deps: Dependencies

    def take(self, *, carrier: str = "hn", left_out: str = "", **changes: Any) -> StoredMention:
        """The post, as somebody brings it a minute later."""
        self.clock.advance(60)
        mention = Mention.model_validate(POST | changes)
        return take_mention(self.deps, mention, self.clock(), carrier=carrier, left_out=left_out)

    def works(self, stored: StoredMention) -> list[MentionWork]:
        return works_of(self.deps, stored)

    def message(self, stored: StoredMention) -> CreateMentionTicket:
        return CreateMentionTicket(key=f"mention:{stored.id}", accepted_at=self.clock(), mention_id=stored.id)

    def create(self, stored: StoredMention) -> StoredMention:
        """Its ticket."""
        creator = TicketCreator(self.deps)
        creator.create(self.message(stored))
        return self.row(stored)

    def row(self, stored: StoredMention) -> StoredMention:
        row = self.deps.records.mentions.by_id(stored.id)
        assert row is not None
        return row


@pytest.fixture
def mentioned(tmp_path: Path) -> Iterator[Mentioned]:
    records = Records.open(f"sqlite:///{tmp_path / 'p.db'}")
    clock, engine = Clock(), FakeEngine()
    zendesk = FakeZendesk(clock)
    yield Mentioned(clock, zendesk, engine, dependencies(records, zendesk=zendesk, engine=engine, clock=clock))
    records.close()
