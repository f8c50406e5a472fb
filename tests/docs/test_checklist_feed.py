"""CONTRIBUTING says what a feed consists of: here every kind of feed is looked through."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from app.rules.schema.feeds import FeedConfig
from app.work.mentions.open_feed import OpenFeeds
from integrations.outbound import UNGUARDED
from tests.docs.pages import DOCS, text

KINDS: dict[str, Any] = {
    config.model_fields["type"].annotation.__args__[0]: config for config in get_args(get_args(FeedConfig)[0])
}
GIVEN = {"channel": "forum", "address": "https://e.org", "look_for": ["gitlab"], "tags": ["gitlab"]}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_an_adapter_and_stands_in_the_docs(kind: str) -> None:
    model = KINDS[kind]
    config = model.model_validate({"type": kind} | {key: GIVEN[key] for key in GIVEN if key in model.model_fields})
    assert callable(OpenFeeds(UNGUARDED).open("it", config).read)
    assert f"type: {kind}" in text(DOCS / "feeds.md")
