"""The demo reads the sandbox's sites and no real one, and its rules stay where people know them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.demo.posts import tickets_of_posts, with_feeds_of, write_posts
from app.demo.run import _settings
from app.demo.samples import load_samples
from app.rules.files import read_rules
from app.rules.parsing.positions import BadRules
from integrations.feeds.disqus import Disqus
from integrations.feeds.feed import FeedPosition
from integrations.sandbox import Sandbox
from tests.support.harness import settings_for
from tests.support.paths import ROOT

OWN = """feeds:
  # ours
  real: {type: rss, channel: forum, address: 'https://forum.example.com/feed'}

# what follows
"""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        yield sandbox


def test_feeds_of_the_folder_are_replaced_and_no_rule_moves(sandbox: Sandbox, tmp_path: Path) -> None:
    text = (ROOT / "routing.yaml").read_text().replace("channels:\n", f"{OWN}channels:\n", 1)
    (tmp_path / "routing.yaml").write_text(text)
    (tmp_path / "demo").mkdir()
    settings = settings_for(sandbox, tmp_path, ROUTING_FILE=str(tmp_path / "routing.yaml"))
    given = with_feeds_of(sandbox, settings, tmp_path / "demo")
    rules = read_rules(given.routing_file, given.macros_file)
    assert sorted(rules.routing.feeds) == ["blog", "forum", "hackernews"]
    assert all(sandbox.feeds.url in one.address for one in rules.routing.feeds.values())
    before, after = text.splitlines(), given.routing_file.read_text().splitlines()
    assert after.index("archetypes:") == before.index("archetypes:")


def test_the_demo_asks_nobody_beyond_this_machine(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    given = with_feeds_of(sandbox, _settings(sandbox, tmp_path, port=0), tmp_path / "demo")
    routing = read_rules(given.routing_file, given.macros_file).routing
    assert routing.docs
    asked = [given.model_dump_json(), *(one.model_dump_json() for one in routing.feeds.values()), routing.docs.source]
    hosts = {urlsplit(address).hostname for address in re.findall(r"https?://[^\s\"',]+", " ".join(asked))}
    assert hosts == {"127.0.0.1"}
    assert not given.follows_short_links


def test_an_error_names_the_file_that_people_know(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "routing.yaml").write_text("version: 7\n")
    settings = settings_for(sandbox, tmp_path, ROUTING_FILE=str(tmp_path / "routing.yaml"))
    with pytest.raises(BadRules) as bad:
        with_feeds_of(sandbox, settings, tmp_path)
    assert str(tmp_path / "routing.yaml") in str(bad.value)


def test_a_blog_comment_and_its_answer_are_read_as_disqus_has_them(sandbox: Sandbox) -> None:
    posts = tuple(one for one in load_samples().posts if one.site == "disqus")
    write_posts(sandbox, posts)
    disqus = Disqus.at("gitlab", "key", url=f"{sandbox.feeds.url}/disqus")
    with closing(disqus.reader):
        read = disqus.read(FeedPosition(), LONG_AGO)
    comment, answer = sorted(read.posts, key=lambda one: one.id)
    assert (answer.author_handle, answer.in_reply_to) == ("gitlab", comment.id)
    assert comment.thread_url == answer.thread_url
    assert comment.url == f"{comment.thread_url}#comment-{comment.id}"


def test_tickets_of_one_post_are_counted_together_however_it_came(sandbox: Sandbox) -> None:
    for name in ("mention:hackernews:9000", "mention:hackernews:alert-9000"):
        number = sandbox.zendesk.create_ticket(body="x")
        sandbox.zendesk._state.tickets[number].external_id = name
    (numbers,) = tickets_of_posts(sandbox).values()
    assert len(numbers) == 2
