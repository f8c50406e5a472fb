"""What the page about feeds tells people to write is taken by the shipped rules."""

from __future__ import annotations

import re

import pytest

from app.rules.loading import load
from tests.docs.pages import DOCS, text
from tests.support.paths import ROOT

BLOCKS = re.findall(r"^```yaml\n(.*?)^```", text(DOCS / "feeds.md"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.partition(":")[0])
def test_an_example_can_be_copied(block: str) -> None:
    routing = load(text(ROOT / "routing.yaml") + block, text(ROOT / "macros.yaml")).routing
    assert {one.channel for one in routing.feeds.values()} <= routing.channels.keys()
    assert routing.feeds or routing.mentions
