"""What ops may choose for a report that is like a closed issue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_found_issues import known, reported
from tests.support.harness import PROJECT, Harness, running_harness
from tests.support.paths import ROOT


@pytest.fixture
def harness(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Harness]:
    rules = tmp_path / "routing.yaml"
    chosen = f"when_closed: {request.param}"
    rules.write_text((ROOT / "routing.yaml").read_text().replace("when_closed: suggest", chosen))
    with running_harness(tmp_path, ROUTING_FILE=str(rules)) as harness:
        yield harness


@pytest.mark.parametrize("harness", ["open"], indirect=True)
def test_a_new_issue_names_the_closed_one(harness: Harness) -> None:
    iid = known(harness, "mirror page")
    harness.sandbox.gitlab.close_issue(PROJECT, iid, "merge_request")
    (new,), note, _ = reported(harness, "mirror page")
    assert new != iid
    assert f"Perhaps #{iid} came back: that issue was closed as done on" in note
    assert f"Perhaps #{iid} came back" in harness.sandbox.gitlab.issue(PROJECT, new)["description"]


@pytest.mark.parametrize("harness", ["link"], indirect=True)
def test_the_closed_issue_is_linked_with_the_text_of_its_closing(harness: Harness) -> None:
    iid = known(harness, "mirror page")
    harness.sandbox.gitlab.close_issue(PROJECT, iid, "merge_request")
    links, note, _ = reported(harness, "mirror page")
    assert links == [iid]
    assert "Good news" in note
    assert "steps would help" not in note
