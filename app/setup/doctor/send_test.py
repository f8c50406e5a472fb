"""Proves the loop: Zendesk and GitLab each send a test delivery, and our own inbox must get it."""

import json
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from app.records.progress import Progress
from app.setup.doctor.diagnosis import Diagnosis, fail, ok
from app.setup.doctor.own_checks import reachable
from app.setup.doctor.ping import EVENT
from app.setup.objects import Account
from app.setup.values import mapping, text
from app.work.chat.webhook_health import kept_as
from integrations.errors import IntegrationError

PATIENCE_SECONDS = 45
"""The service writes down every ten seconds that something came."""


def send_tests(
    account: Account, progress: Progress, *, sleep: Callable[[float], None] = time.sleep
) -> Iterable[Diagnosis]:
    began = datetime.now(UTC)
    for source, send in (("zendesk", _zendesk), ("gitlab", _gitlab)):
        name = f"{source}/test"
        try:
            why_not = send(account)
        except IntegrationError as error:
            why_not = error.message
        if why_not:
            yield fail(name, why_not, "Mend this, and send the test again.")
        elif _arrived(progress, source, began, sleep):
            yield ok(name, "a test delivery arrived in our inbox")
        else:
            remedy = "Does the service run, with this DATABASE_URL? Its log says what it refused."
            yield fail(name, "it was sent, and our inbox did not get it", remedy)


def tried_before_calls(account: Account) -> str:
    """A sentence on what Zendesk's test delivery came to.

    None is sent to a service that does not run yet: it cannot start before `setup` has written its secrets, and Zendesk
    would keep a failed delivery.
    """
    (here,) = reachable(account)
    if here.state != "ok":
        return f"{here.said}: start the service, and then send a test by `pointsman doctor --send-test`."
    try:
        why_not = _zendesk(account)
    except IntegrationError as error:
        why_not = error.message
    if why_not:
        return (
            f"{why_not}. Is the webhook's secret new to it? Start it again: `pointsman doctor --send-test` asks anew."
        )
    return "The service accepted Zendesk's test delivery."


def _zendesk(account: Account) -> str:
    """Why it cannot be sent; empty: it was."""
    for row in account.zendesk.all("webhooks", "webhooks"):
        if account.owns(row.get("description")):
            request = {
                "request": {
                    "payload": json.dumps({"v": 1, "event": EVENT}),
                    "request_format": "json",
                    "http_method": "POST",
                }
            }
            answer = account.zendesk.send("POST", f"webhooks/test?webhook_id={row['id']}", request)
            response = mapping(answer.get("response"))
            status = text(response.get("status_code") or response.get("status"))
            return "" if status.startswith("2") else f"the service answered {status or 'nothing'} to Zendesk's test"
    return "there is no webhook of ours"


def _gitlab(account: Account) -> str:
    for project_id in account.projects.values():
        for row in account.gitlab.hooks(project_id):
            if account.owns(row.get("description")):
                account.gitlab.test_hook(project_id, text(row["id"]))
                return ""
    return "there is no hook of ours"


def _arrived(progress: Progress, source: str, began: datetime, sleep: Callable[[float], None]) -> bool:
    for _ in range(PATIENCE_SECONDS):
        reached = progress.of(kept_as(source))
        if reached is not None and datetime.fromisoformat(reached.at) >= began:
            return True
        sleep(1)
    return False
