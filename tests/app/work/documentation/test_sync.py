"""The documentation is taken in when it changed; what cannot be read costs nothing that we have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.records.records import Records
from app.records.searched_texts import DOCUMENTATION, SearchedText
from app.rules.loading import load
from app.work.documentation.sync import DocumentationSync
from app.work.messages import SyncDocumentation
from app.work.search.text_index import TextIndex
from integrations.errors import Invalid, NotFound
from integrations.outbound import UNGUARDED
from tests.support.fakes import Clock, dependencies
from tests.support.rules import MACROS, routing

HOUR = 3600


@dataclass
class Syncing:
    records: Records
    clock: Clock
    folder: Path
    index: TextIndex
    more: str = ""

    def write(self, page: str, text: str) -> None:
        path = self.folder / page
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def sync(self, attempt: int = 1) -> int | None:
        keys = f"source: '{self.folder}', base_url: 'https://docs.example.com', archetypes: bug_report{self.more}"
        message = SyncDocumentation(key="k", accepted_at=self.clock(), attempt=attempt)
        rules = load(routing(more=f"docs: {{{keys}}}\n"), MACROS)
        deps = replace(
            dependencies(self.records, clock=self.clock),
            rulebook=cast("Any", SimpleNamespace(current=lambda: rules)),
        )
        return DocumentationSync(deps, UNGUARDED).sync(message).sections

    def later(self) -> int | None:
        self.clock.advance(HOUR)
        return self.sync()

    def found(self, question: str) -> list[str]:
        self.index.update()
        found = self.index.search("", question, DOCUMENTATION)
        return [one.row.url.removeprefix("https://docs.example.com") for one in found]


@pytest.fixture
def syncing(tmp_path: Path) -> Iterator[Syncing]:
    records, clock = Records.open(f"sqlite:///{tmp_path / 'p.db'}"), Clock()
    (tmp_path / "docs").mkdir()
    syncing = Syncing(records, clock, tmp_path / "docs", TextIndex(records.searched_texts, None, clock))
    syncing.write("runners.md", "# Runners\n\nA runner runs jobs.\n\n## Pause a runner\n\nIt takes no new ones.")
    syncing.write("user/ssh.md", "# SSH keys\n\nMake a key pair with ssh-keygen.")
    yield syncing
    records.close()


def test_a_section_is_found_by_any_process_once_it_was_read(syncing: Syncing) -> None:
    other = TextIndex(syncing.records.searched_texts, None, syncing.clock)
    assert syncing.sync() == 3
    assert syncing.found("how do I pause a runner?")[0] == "/runners/#pause-a-runner"
    other.refresh()
    assert [one.row.title for one in other.search("", "ssh-keygen", DOCUMENTATION)] == ["SSH keys"]


def test_it_is_looked_at_again_when_it_is_due_and_read_when_it_changed(syncing: Syncing) -> None:
    assert syncing.sync() == 3
    syncing.write("user/ssh.md", "# SSH keys\n\nUse an elliptic curve.")
    assert syncing.sync() is None
    assert syncing.later() == 3
    assert syncing.later() is None
    assert syncing.found("a pair") == []
    assert syncing.found("elliptic curves") == ["/user/ssh/"]


def test_changed_settings_count_at_once(syncing: Syncing) -> None:
    assert syncing.sync() == 3
    syncing.more = ", pages: html"
    assert syncing.sync() == 3
    assert syncing.found("ssh-keygen") == ["/user/ssh.html"]


def test_a_page_that_is_gone_is_found_no_more(syncing: Syncing) -> None:
    syncing.sync()
    assert syncing.found("ssh-keygen")
    (syncing.folder / "user" / "ssh.md").unlink()
    assert syncing.later() == 2
    assert (syncing.found("ssh-keygen"), len(syncing.index)) == ([], 2)


def test_what_stayed_the_same_keeps_its_vector(syncing: Syncing) -> None:
    syncing.sync()
    texts = syncing.records.searched_texts
    rows = texts.without_vector("an-encoder", limit=9)
    texts.add_vectors("an-encoder", [(row, b"vector") for row in rows], now=syncing.clock().isoformat())
    syncing.write("user/ssh.md", "# SSH keys\n\nUse an elliptic curve.")
    syncing.later()
    assert [row.title for row in texts.without_vector("an-encoder", limit=9)] == ["SSH keys"]


@pytest.mark.parametrize("broken", ["gone", "empty"])
def test_what_cannot_be_read_leaves_what_was_found_before(syncing: Syncing, broken: str) -> None:
    syncing.sync()
    if broken == "gone":
        syncing.folder = syncing.folder / "nowhere"
    else:
        syncing.more = ", folder: nowhere"
    with pytest.raises((NotFound, Invalid)):
        syncing.later()
    assert syncing.found("ssh-keygen") == ["/user/ssh/"]


def test_a_source_that_fails_is_asked_by_the_next_attempt_and_else_when_it_is_due(syncing: Syncing) -> None:
    syncing.folder = syncing.folder / "new"
    with pytest.raises(NotFound):
        syncing.sync()
    syncing.folder.mkdir()
    syncing.write("page.md", "text")
    assert [syncing.sync(), syncing.sync(attempt=2)] == [None, 1]
    syncing.write("page.md", "another")
    assert [syncing.sync(), syncing.later()] == [None, 1]


def test_a_collection_is_never_found_in_another(syncing: Syncing) -> None:
    at = syncing.clock().isoformat()
    secret = SearchedText("tickets:email", 7, "a secret about ssh-keygen", "ssh-keygen", "https://x", at, at)
    syncing.records.searched_texts.save([secret])
    syncing.sync()
    assert syncing.found("a secret about ssh-keygen") == ["/user/ssh/"]
    assert [one.row.number for one in syncing.index.search("", "ssh-keygen", "tickets:email")] == [7]
