"""What a hook brings and nobody asked for is kept with its reason, and becomes no ticket."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.feeds.mention import Mention
from app.records.records import Records
from app.work.mentions.take import MentionIntake
from app.work.messages import TakeMentions
from integrations.short_links.resolver import LinkTarget
from tests.support.fakes import Clock, FakeEngine, dependencies
from tests.support.rules import HEAD, rules

HOOK = (
    "team: {domains: [gitlab.com], handles: ['@gitlab']}\n"
    "mentions: {bot: {channel: forum, url: $.u, text: $.t, look_for: gitlab}}\n"
)


@pytest.mark.parametrize(
    ("hook", "text", "handle", "why"),
    [
        ("bot", "gitlab is slow", "ada", ""),
        ("bot", "a digital lab", "ada", "names nothing that is looked for"),
        ("bot", "gitlab is fine", "gitlab", "by one of us"),
        ("", "a digital lab", "ada", ""),
        ("gone", "a digital lab", "ada", ""),
    ],
)
def test_a_hook_says_what_is_wanted(tmp_path: Path, hook: str, text: str, handle: str, why: str) -> None:
    records = Records.open(f"sqlite:///{tmp_path / 'p.db'}")
    clock, engine = Clock(), FakeEngine()
    head = HEAD.replace("team: {domains: [gitlab.com], roles: [agent]}\n", "")
    current = rules(more=HOOK, head=head)
    deps = replace(
        dependencies(records, engine=engine, clock=clock),
        rulebook=cast("Any", SimpleNamespace(current=lambda: current)),
    )
    mention = Mention.model_validate(
        {"source": "forum", "id": "1", "url": "https://e.org/1", "text": text, "author": {"handle": handle}}
    )
    MentionIntake(deps).run(TakeMentions(key="k", accepted_at=clock(), mentions=(mention,), hook=hook))
    (stored,) = records.mentions.newest(limit=10)
    assert (stored.why, stored.state) == (why, "left_out" if why else "waiting")
    assert len(engine.works) == (not why)
    records.close()


class FakeResolver:
    def resolve(self, links: list[str]) -> list[LinkTarget]:
        return [LinkTarget("https://news.ycombinator.com/item?id=39012345&utm_source=x", "") for _ in links]


def test_a_post_that_comes_by_a_short_link_is_the_one_that_is_known(tmp_path: Path) -> None:
    records = Records.open(f"sqlite:///{tmp_path / 'p.db'}")
    deps = dependencies(records, engine=FakeEngine(), clock=Clock())
    deps = replace(deps, clients=replace(deps.clients, short_links=cast("Any", FakeResolver())))
    for number, url in enumerate(
        ("https://news.ycombinator.com/item?id=39012345", "https://bit.ly/x", "http://t.co/y")
    ):
        given = {"source": "hackernews", "id": f"alert-{number}", "url": url, "text": "gitlab"}
        mentions = (Mention.model_validate(given),)
        MentionIntake(deps).run(TakeMentions(key=f"k{number}", accepted_at=deps.now(), mentions=mentions))
    assert [one.native_id for one in records.mentions.newest(limit=10)] == ["alert-0"]
    records.close()
