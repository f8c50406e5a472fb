"""With a language model: what nothing else decides gets a suggestion, and nothing is done about it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.support.harness import Harness, running_harness
from tests.support.paths import ROOT

UNCLEAR = "@gitlab hm 🤔"
OPINION = {"archetype": "bug_report", "why": "They wonder <b>about</b> something."}


class Endpoint(ThreadingHTTPServer):
    """A language model of one opinion."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []


class Answer(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        self.server.paths.append(self.path)
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        body = json.dumps({"choices": [{"message": {"content": json.dumps(OPINION)}}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is http.server's
        """Quietly."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def asking_harness(tmp_path_factory: pytest.TempPathFactory, endpoint: Endpoint) -> Iterator[Harness]:
    folder, url = tmp_path_factory.mktemp("harness"), f"http://127.0.0.1:{endpoint.server_port}/v1"
    # The learned model decides nothing here, however it was trained.
    text = re.sub(r"(?m)^    thresholds: .*\n", "", (ROOT / "routing.yaml").read_text())
    text, changed = re.subn(r"(?m)^    description: .*$", r"\g<0>\n    thresholds: {high: 1, medium: 1}", text)
    assert changed
    (folder / "routing.yaml").write_text(text)
    given = {"ROUTING_FILE": str(folder / "routing.yaml"), "LLM_URL": url, "LLM_MODEL": "tiny"}
    with running_harness(folder, **given) as harness:
        yield harness


@pytest.fixture
def harness(asking_harness: Harness, endpoint: Endpoint) -> Harness:
    endpoint.asked.clear()
    asking_harness.sandbox.gitlab.calls_clear()
    return asking_harness


def test_an_unclear_ticket_gets_a_suggestion_and_no_issue(harness: Harness, endpoint: Endpoint) -> None:
    decision, ticket = harness.triaged(UNCLEAR)
    assert (decision["archetype"], decision["confidence"]) == ("bug_report", "medium")
    assert (decision["decided_by"], decision["mode"]) == ("language_model", "suggest")
    assert {"archetype__bug_report", "confidence__medium", "pointsman_done"} <= set(ticket["tags"])
    assert not {"needs_triage", "issue_linked"} & set(ticket["tags"])
    _, note = ticket["comments"]
    assert note["public"] is False
    assert "The language model classified it as bug report: They wonder about something." in note["body"]
    assert decision["links"] == []
    assert [call.method for call in harness.sandbox.gitlab.calls if call.method != "GET"] == []
    assert decision["trace"][-1]["asked"] == "language_model"
    assert decision["trace"][-1]["matched"] is True
    (asked,) = endpoint.asked
    assert set(endpoint.paths) == {"/v1/chat/completions"}
    assert asked["model"] == "tiny"
    assert UNCLEAR in asked["messages"][1]["content"]
    assert "Ada" not in json.dumps(asked)


def test_private_text_is_not_shown_to_it(harness: Harness, endpoint: Endpoint) -> None:
    decision, ticket = harness.triaged("hm 🤔", via_channel="email")
    assert decision["archetype"] is None
    assert "needs_triage" in ticket["tags"]
    assert endpoint.asked == []
    assert "LLM_PRIVATE" in decision["trace"][-1]["detail"]


def test_what_a_route_decides_is_not_asked_about(harness: Harness, endpoint: Endpoint) -> None:
    decision, _ = harness.triaged("@gitlab thank you all for the release, it rocks")
    assert decision["archetype"] == "mention"
    assert endpoint.asked == []
