"""A known mention that comes again: what it changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.feeds.mention import Mention
from app.records.records import Records
from app.work.mentions.taken import take_mention
from tests.support.fakes import Clock, FakeEngine, dependencies

POST = {"source": "forum", "id": "1", "url": "https://e.org/1"}
ADA = {"name": "Ada", "handle": "ada", "url": ""}


@pytest.mark.parametrize(
    ("again", "author"),
    [({}, ADA), ({"name": "Ada L.", "handle": "ada"}, {**ADA, "name": "Ada L."})],
    ids=["without an author", "with a newer one"],
)
def test_an_edit_that_names_no_author_leaves_the_one_who_is_known(
    tmp_path: Path, again: dict[str, str], author: dict[str, str]
) -> None:
    records, clock = Records.open(f"sqlite:///{tmp_path / 'p.db'}"), Clock()
    deps = dependencies(records, engine=FakeEngine(), clock=clock)
    for text, by in (("gitlab is slow", ADA), ("gitlab is slow, and it was not before 11.4", again)):
        mention = Mention.model_validate({**POST, "text": text, "author": by})
        stored = take_mention(deps, mention, clock())
    assert stored.mention["text"].endswith("before 11.4")
    assert stored.mention["author"] == author
    records.close()
