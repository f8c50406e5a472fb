"""Refused webhooks in the log."""

from __future__ import annotations

import pytest

from app.web.webhooks import refused_log
from app.web.webhooks.refused_log import SECONDS, RefusedLog


class Logged(list[dict[str, object]]):
    def warning(self, event: str, **values: object) -> None:
        self.append({"event": event, **values})


def test_each_reason_is_said_once_a_minute_with_how_many_were_not(monkeypatch: pytest.MonkeyPatch) -> None:
    logs = Logged()
    monkeypatch.setattr(refused_log, "log", logs)
    now = [0.0]
    refused = RefusedLog("zendesk", clock=lambda: now[0])
    for _ in range(1000):
        refused.say("signature_wrong", "192.0.2.7")
    refused.say("signature_stale", "192.0.2.7")
    now[0] = SECONDS
    refused.say("signature_wrong", "192.0.2.8")
    assert [(one["reason"], one["unsaid"], one["sender"]) for one in logs] == [
        ("signature_wrong", 0, "192.0.2.7"),
        ("signature_stale", 0, "192.0.2.7"),
        ("signature_wrong", 999, "192.0.2.8"),
    ]
    assert "copy it from there into ZENDESK_WEBHOOK_SECRET" in str(logs[0]["advice"])
