"""What `pointsman serve` leaves behind after good tickets, failures and attacks: ids and reasons, in its own places."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import httpx
import pytest
import structlog

from app import logs
from integrations.sandbox import Sandbox
from integrations.sandbox.faults import Fault
from tests.attack.serving import Served, served
from tests.attack.wire import request, say
from tests.support.harness import DESK_TOKEN, INFRASTRUCTURE, PROJECT, wait_until
from tests.support.paths import ROOT
from tests.support.processes import free_port

SAID = "lorem-ipsum-marker"
PERSON = {"name": "Marker Person", "email": "marker-person@example.org", "handle": "@marker_person"}


def delivered(sandbox: Sandbox, body: str, **ticket: object) -> int:
    given: dict[str, object] = {"subject": f"About {SAID}", "via_channel": "twitter", "requester": PERSON, **ticket}
    ticket_id = sandbox.zendesk.create_ticket(body=f"{body} {SAID}", **given)  # type: ignore[arg-type]  # as JSON
    assert sandbox.zendesk.deliver(ticket_id) == [202]
    return ticket_id


def test_only_ids_get_into_the_log_and_only_the_data_folder_is_written_to(tmp_path: Path) -> None:
    with Sandbox.start() as sandbox:
        sandbox.zendesk.add_group("Support")
        for project in (PROJECT, INFRASTRUCTURE):
            sandbox.gitlab.add_project(project, "public")
        environ = {
            **sandbox.environment(),
            "ROUTING_FILE": str(ROOT / "routing.yaml"),
            "MACROS_FILE": str(ROOT / "macros.yaml"),
            "LOG_LEVEL": "debug",
        }
        with served(environ, tmp_path, port=free_port()) as service:
            sandbox.zendesk.subscribe(f"{service.address}/webhooks/zendesk")
            _work_of_all_kinds(sandbox, service)
            _attacks(service)
        written = service.log.read_text()
        secret = [value for name, value in environ.items() if name.endswith(("TOKEN", "SECRET", "CHAT_WEBHOOK_URL"))]
        private = [*secret, DESK_TOKEN, SAID, *PERSON.values()]
        assert [one for part in private for one in part.split(",") if one in written] == []
        lines = [json.loads(line) for line in written.splitlines()]
    assert {"service_started", "ticket_decided", "work_failed"} <= {line["event"] for line in lines}
    assert not any("exception" in line for line in lines)
    assert service.written_elsewhere() == set()
    assert {"pointsman.db"} <= {path.name for path in service.data.iterdir()}


def _work_of_all_kinds(sandbox: Sandbox, service: Served) -> None:
    report = "after the upgrade to 10.1 the widget fails with error E1. With 9.5 it was fine. production.log: undefined"
    tickets = [
        delivered(sandbox, "@gitlab kudos to the team for everything!"),
        delivered(sandbox, report),
        delivered(sandbox, "is gitlab.com down? 502 everywhere"),
        delivered(sandbox, "Bonjour, je ne comprends pas comment faire, merci de votre aide", via_channel="email"),
    ]
    failing = Fault(method="GET", path=r".*/tickets/.*", status=500, body=SAID)
    sandbox.zendesk.faults.add(failing)
    tickets.append(delivered(sandbox, report.replace("10.1", "10.2")))
    gone = sandbox.zendesk.create_ticket(body=f"kudos {SAID}", via_channel="twitter", requester=PERSON)
    tickets.append(gone)
    refusing = Fault(path=rf".*/tickets/{gone}.*", times=0, status=422, body=json.dumps({"error": SAID}))
    sandbox.zendesk.faults.add(refusing)
    assert sandbox.zendesk.deliver(gone) == [202]

    def ended() -> bool:
        states = [service.desk(f"/api/tickets/{one}").json().get("state") for one in tickets]
        return all(state in {"done", "failed"} for state in states)

    wait_until(ended, seconds=90)
    sandbox.gitlab.stop()
    service.desk("/readyz")


def _attacks(service: Served) -> None:
    token = f"Authorization: Bearer {DESK_TOKEN}"
    for said in (
        request("GET", f"/api/{SAID}", token),
        request("GET", f"/api/decisions?token={DESK_TOKEN}"),
        request(
            "POST", "/api/explain", token, "Content-Type: application/json", "Content-Length: 18", body=SAID.encode()
        ),
        request("POST", "/webhooks/zendesk", f"X-Zendesk-Webhook-Signature: {SAID}", "Content-Length: 0"),
        request("GET", "/healthz", *[f"X-{n}: {SAID}" for n in range(200)]),
        f"{SAID}\r\n\r\n".encode(),
    ):
        say(service.address, said)
    asked = httpx.post(
        f"{service.address}/api/explain", json={"text": SAID}, headers={"Authorization": f"Bearer {DESK_TOKEN}"}
    )
    assert asked.status_code == 200


def test_an_exception_is_logged_by_its_kinds_and_places_alone(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("debug")
    try:
        _fail(f"local {SAID}")
    except ValueError:
        structlog.get_logger("test").exception("it_failed", ticket_id=7)
    finally:
        logs.configure("critical")
    (line,) = capsys.readouterr().err.splitlines()
    assert SAID not in line
    said = json.loads(line)
    assert (said["event"], said["ticket_id"]) == ("it_failed", 7)
    assert [one["type"] for one in said["exception"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert any("_fail" in place for place in said["exception"][0]["at"])


def test_a_librarys_exception_too_and_always_one_line_of_json() -> None:
    try:
        _fail(SAID)
    except ValueError as error:
        trace = (type(error), error, error.__traceback__)
    record = logging.LogRecord("lib", logging.ERROR, "a.py", 1, 'said "%s"\n%s', ("a", "b" * 5000), trace)
    line = logs.LibraryFormatter().format(record)
    assert "\n" not in line
    assert SAID not in line
    assert len(json.loads(line)["message"]) == logs.LONGEST_MESSAGE


def _fail(text: str) -> None:
    try:
        dict[str, int]()[text]
    except KeyError as error:
        raise ValueError(text) from error
