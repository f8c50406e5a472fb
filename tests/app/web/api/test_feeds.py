"""A feed that is blocked is seen: in the list, at /readyz, as a metric. It makes nothing unready."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.rules.loading import load
from app.service import Degraded, Service
from app.web.api.feeds import feeds
from tests.app.work.mentions.conftest import Mentioned, mentioned
from tests.support.rules import MACROS, routing

__all__ = ["mentioned"]

FEEDS = """feeds:
  news: {type: rss, address: 'https://e.org/feed', channel: forum}
  more: {type: rss, address: 'https://e.org/more', channel: forum}
"""


@pytest.fixture
def service(mentioned: Mentioned) -> Any:
    rules = load(routing(more=FEEDS), MACROS)
    rulebook = cast("Any", SimpleNamespace(current=lambda: rules))
    return cast("Any", SimpleNamespace(deps=replace(mentioned.deps, rulebook=rulebook)))


def look(mentioned: Mentioned, looks: int) -> None:
    records, now = mentioned.deps.records.feeds, mentioned.clock()
    for _ in range(looks):
        records.keep(records.of("news", now).blocked("answered 403", now=now, wait=timedelta(hours=1)))


def test_each_feed_says_how_it_is(mentioned: Mentioned, service: Any) -> None:
    look(mentioned, 1)
    news, more = feeds(service).feeds
    assert (news.name, news.type, news.state, news.why, news.blocked_looks) == (
        "news",
        "rss",
        "blocked",
        "answered 403",
        1,
    )
    assert (more.state, more.read_at) == ("not_read", None)


@pytest.mark.parametrize(("looks", "blocked"), [(0, False), (2, False), (3, True)])
def test_three_blocked_looks_degrade(mentioned: Mentioned, service: Any, looks: int, *, blocked: bool) -> None:
    look(mentioned, looks)
    whole = cast("Any", SimpleNamespace(deps=service.deps))
    whole.feeds = lambda: Service.feeds(whole)
    if blocked:
        with pytest.raises(Degraded, match=r"blocked since 3 looks or more, see /api/feeds: news"):
            Service.check_feeds(whole)
    else:
        assert Service.check_feeds(whole) == "2 are looked at"
