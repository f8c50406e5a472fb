"""A test delivery of Zendesk and of GitLab, sent to a service that runs with what `setup apply` wrote."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.bootstrap import build
from app.service import Service
from app.settings import load
from app.setup.doctor.send_test import send_tests, tried_before_calls
from app.web.app import create_app
from app.web.serving import serve_in_thread
from tests.app.setup.conftest import MACROS, ROUTING, SetUp
from tests.support.harness import DESK_TOKEN
from tests.support.processes import free_port


@contextmanager
def served(set_up: SetUp, monkeypatch: pytest.MonkeyPatch, **other: str) -> Iterator[Service]:
    """After `setup apply`; `other`: what its environment says otherwise."""
    port = free_port()
    environ = {
        **set_up.environ(),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "DESK_TOKEN": DESK_TOKEN,
        "DATABASE_URL": f"sqlite:///{set_up.folder / 'pointsman.db'}",
    }
    for name, text in (("routing", ROUTING), ("macros", MACROS)):
        (set_up.folder / f"{name}.yaml").write_text(text)
        environ[f"{name.upper()}_FILE"] = str(set_up.folder / f"{name}.yaml")
    monkeypatch.setattr(set_up, "environ", lambda: environ)
    assert not set_up.apply().failed
    settings = load({**environ, **other})
    service = build(settings)
    with serve_in_thread(create_app(service), settings):
        yield service


def test_a_test_delivery_of_each_arrives_in_our_inbox(set_up: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up.sandbox.gitlab.add_issue("community/product", title="GitLab sends its newest event")
    with served(set_up, monkeypatch) as service:

        def clock(seconds: float) -> None:
            service.last_deliveries.keep()
            time.sleep(seconds / 10)

        found = send_tests(set_up.account(), service.deps.records.progress, sleep=clock)
        assert [(one.name, one.state) for one in found] == [("zendesk/test", "ok"), ("gitlab/test", "ok")]
        assert tried_before_calls(set_up.account()) == "The service accepted Zendesk's test delivery."


def test_a_service_with_another_secret_refuses_it(set_up: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(set_up, monkeypatch, ZENDESK_WEBHOOK_SECRET="another", ZENDESK_WEBHOOK_SECRET_FILE="") as service:
        found = send_tests(set_up.account(), service.deps.records.progress, sleep=lambda _: None)
        (zendesk,) = (one for one in found if one.name == "zendesk/test")
        assert (zendesk.state, zendesk.said) == ("fail", "the service answered 401 to Zendesk's test")
