"""A question is answered from the documentation, without one request more for its ticket."""

from __future__ import annotations

import shutil
from pathlib import Path

from app.demo.documentation import with_documentation
from app.work.documentation.sync import VERSION
from integrations.sandbox.docs_archive import PAGES
from tests.support.harness import running_harness, wait_until
from tests.support.paths import ROOT

SECTION = "https://docs.example.com/ci/runners/#pause-a-runner"


def test_a_sure_section_is_offered_and_shown_with_its_sentence(tmp_path: Path) -> None:
    shutil.copytree(PAGES / "ci", tmp_path / "pages" / "ci")  # a few of them: each section is embedded
    rules = with_documentation(ROOT / "routing.yaml", ROOT / "macros.yaml", str(tmp_path / "pages"), tmp_path)
    with running_harness(tmp_path, ROUTING_FILE=str(rules)) as harness:
        wait_until(lambda: harness.service.deps.records.progress.of(VERSION))
        while harness.service.texts.embed_some():  # as the clock does, bit by bit
            pass
        harness.service.texts.refresh()
        harness.sandbox.zendesk.calls_clear()
        decision, ticket = harness.triaged("How do I pause a runner? Is the job that runs already killed?")
        assert {one["kind"]: one["detail"] for one in decision["actions"]}[
            "docs"
        ] == "suggested Community::Documentation"
        note = ticket["comments"][-1]["html_body"]
        assert f"this section of the documentation should help: {SECTION}" in note
        assert f'<a href="{SECTION}" rel="noreferrer">Runners: Pause a runner</a>: A paused runner takes no new' in note
        calls = [call for call in harness.sandbox.zendesk.calls if f"/tickets/{ticket['id']}" in call.path]
        assert [call.method for call in calls] == ["GET", "PUT"]
