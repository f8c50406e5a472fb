"""GitLab's hooks: both signatures, the payloads by kind, and the switching off of a hook that fails."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from integrations.sandbox import GitlabSandbox
from integrations.sandbox.gitlab.webhooks import signature

from ..conftest import Receiver


def test_signs_as_the_public_vector_says() -> None:
    token = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    expected = "v1,bRpy1E7IzLs/yHZtaFjMQPL9isz/kWwrYTGy4LgDgEg="
    assert signature(token, "msg-1", "1700000000", b'{"object_kind":"issue"}') == expected


@pytest.fixture
def hooked(gitlab: GitlabSandbox, receiver: Receiver) -> Receiver:
    gitlab.subscribe(receiver.url)
    return receiver


def received(receiver: Receiver, place: int = -1) -> tuple[dict[str, str], dict[str, Any]]:
    headers, body = receiver.received[place]
    return headers, json.loads(body)


def test_a_close_is_signed_both_ways_and_sent_again_under_the_same_key(
    gitlab: GitlabSandbox, project: str, hooked: Receiver
) -> None:
    gitlab.add_issue(project, title="t", labels=["bug"])
    gitlab.close_issue(project, 1)
    assert gitlab.deliver(project, 1, "close", times=2) == [202, 202]
    headers, payload = received(hooked)
    Webhook(gitlab.signing_token).verify(hooked.received[-1][1], headers)
    assert headers["x-gitlab-token"] == gitlab.webhook_secret
    assert headers["x-gitlab-event"] == "Issue Hook"
    assert headers["idempotency-key"] == headers["webhook-id"]
    assert (payload["object_kind"], payload["object_attributes"]["action"]) == ("issue", "close")
    assert payload["object_attributes"]["state"] == "closed"
    assert payload["object_attributes"]["closed_at"].endswith(" UTC")
    assert payload["changes"]["state_id"] == {"previous": 1, "current": 2}
    assert payload["project"]["path_with_namespace"] == project
    first, again = hooked.received
    assert (first[1], first[0]["idempotency-key"]) == (again[1], again[0]["idempotency-key"])
    assert first[0]["x-gitlab-webhook-uuid"] != again[0]["x-gitlab-webhook-uuid"]


def test_incidents_are_work_items_and_confidential_ones_say_so(
    gitlab: GitlabSandbox, project: str, hooked: Receiver
) -> None:
    gitlab.add_issue(project, title="down", issue_type="incident", confidential=True)
    gitlab.deliver(project)
    headers, payload = received(hooked)
    assert headers["x-gitlab-event"] == "Confidential Issue Hook"
    assert (payload["object_kind"], payload["event_type"]) == ("work_item", "confidential_issue")
    assert payload["object_attributes"]["type"] == "Incident"


def test_label_changes_show_before_and_after(gitlab: GitlabSandbox, project: str, hooked: Receiver) -> None:
    gitlab.add_issue(project, title="t", labels=["a"])
    gitlab.edit_issue(project, 1, {"labels": ["b"], "milestone": "17.0"})
    gitlab.deliver(project)
    payload = received(hooked)[1]
    changes = payload["changes"]
    assert [[label["title"] for label in changes["labels"][side]] for side in ("previous", "current")] == [["a"], ["b"]]
    milestone = gitlab.issue(project, 1)["milestone"]
    assert changes["milestone_id"] == {"previous": None, "current": milestone["id"]}
    assert payload["object_attributes"]["milestone_id"] == milestone["id"]
    gitlab.set_milestone(project, 1, "17.1")
    gitlab.deliver(project)
    assert received(hooked)[1]["changes"]["milestone_id"]["previous"] == milestone["id"]


def test_a_duplicate_and_a_move_name_their_target(gitlab: GitlabSandbox, project: str, hooked: Receiver) -> None:
    first, second, third = (gitlab.add_issue(project, title=title) for title in "abc")
    gitlab.close_issue(project, second, reason="duplicate", target=(project, first))
    gitlab.deliver(project, second)
    assert received(hooked)[1]["object_attributes"]["duplicated_to_id"] == gitlab.issue(project, first)["id"]
    gitlab.close_issue(project, third, reason="moved", target="community/infrastructure")
    gitlab.deliver(project, third, "close")
    moved = received(hooked)[1]
    assert moved["object_attributes"]["moved_to_id"] == gitlab.issues("community/infrastructure")[-1]["id"]
    assert "moved_to_id" in moved["changes"]


def test_notes_and_emoji_have_hooks_of_their_own(gitlab: GitlabSandbox, project: str, hooked: Receiver) -> None:
    gitlab.add_issue(project, title="t")
    note = gitlab.add_note(project, 1, "hello")
    gitlab.deliver(project)
    headers, payload = received(hooked)
    assert (headers["x-gitlab-event"], payload["object_attributes"]["id"]) == ("Note Hook", note)
    assert (payload["issue"]["iid"], "internal" in payload["object_attributes"]) == (1, False)
    gitlab.add_note(project, 1, "secret", internal=True)
    gitlab.deliver(project)
    assert received(hooked)[0]["x-gitlab-event"] == "Confidential Note Hook"
    gitlab.add_award(project, 1)
    gitlab.deliver(project)
    headers, payload = received(hooked)
    assert (headers["x-gitlab-event"], payload["object_attributes"]["name"]) == ("Emoji Hook", "thumbsup")


def test_an_unknown_command_stays_in_the_note_and_edits_send_an_event(
    gitlab: GitlabSandbox, project: str, hooked: Receiver
) -> None:
    gitlab.add_issue(project, title="t")
    text = "/tell-reporter Fixed in 17.1, please update.\n\n/label ~told"
    note = gitlab.add_note(project, 1, text)
    assert note is not None
    gitlab.deliver(project, action="create")
    told = received(hooked)[1]["object_attributes"]
    assert (told["note"], told["action"]) == ("/tell-reporter Fixed in 17.1, please update.", "create")
    assert told["author_id"] == gitlab.engineer_id
    assert gitlab.issue(project, 1)["labels"] == ["told"]
    gitlab.edit_note(project, 1, note, "/tell-reporter Later.")
    gitlab.deliver(project)
    told = received(hooked)[1]["object_attributes"]
    assert (told["id"], told["note"], told["action"]) == (note, "/tell-reporter Later.", "update")


def test_an_event_keeps_the_note_that_is_gone(gitlab: GitlabSandbox, project: str, hooked: Receiver) -> None:
    gitlab.add_issue(project, title="t")
    note = gitlab.add_note(project, 1, "hello")
    assert note is not None
    gitlab.edit_note(project, 1, note, "/close")
    assert gitlab.issue(project, 1)["state"] == "closed"
    gitlab.deliver(project, action="create")
    assert received(hooked)[1]["object_attributes"]["note"] == "hello"


def test_every_change_is_delivered_with_auto_deliver(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str, hooked: Receiver
) -> None:
    gitlab.auto_deliver = True
    gitlab_http.post("/issues", json={"title": "t"})
    for labels in (["x"], ["x"]):
        gitlab.edit_issue(project, 1, {"state": "closed", "labels": labels})
    assert gitlab.webhook_sender.wait()
    actions = [json.loads(body)["object_attributes"]["action"] for _headers, body in hooked.received]
    assert sorted(actions) == ["close", "open", "update"]


def test_without_signing_only_the_plain_token_is_sent(gitlab: GitlabSandbox, project: str, hooked: Receiver) -> None:
    gitlab.add_issue(project, title="t")
    gitlab.signing = False
    gitlab.deliver(project)
    gitlab.signing = True
    assert "webhook-signature" not in hooked.received[0][0]
    assert hooked.received[0][0]["x-gitlab-token"] == gitlab.webhook_secret


def alert_status(client: httpx.Client) -> str:
    (hook,) = client.get("/hooks").json()
    return str(hook["alert_status"])


def test_a_failing_hook_pauses_and_is_switched_off(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str, hooked: Receiver
) -> None:
    gitlab.clock.hold()
    gitlab.add_issue(project, title="t")
    hooked.status = 500
    gitlab.deliver(project, times=3)
    assert alert_status(gitlab_http) == "executable"
    gitlab.deliver(project)
    assert alert_status(gitlab_http) == "temporarily_disabled"
    gitlab.auto_deliver = True
    gitlab.add_note(project, 1, "lost")
    assert gitlab.webhook_sender.wait()
    assert len(hooked.received) == 4
    gitlab.clock.advance(61)
    assert alert_status(gitlab_http) == "executable"
    gitlab.deliver(project, times=36)
    gitlab.clock.advance(100_000)
    listed = gitlab_http.get("/hooks").json()
    assert [(hook["url"], hook["alert_status"]) for hook in listed] == [(hooked.url, "disabled")]
    hooked.status = 200
    gitlab.deliver(project)
    assert alert_status(gitlab_http) == "executable"
    hooked.status = 500
    gitlab.deliver(project, times=3)
    assert alert_status(gitlab_http) == "executable"


def test_hooks_can_be_switched_off_at_once(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str, hooked: Receiver
) -> None:
    gitlab.disable_hooks()
    gitlab.auto_deliver = True
    gitlab.add_issue(project, title="t")
    assert gitlab.webhook_sender.wait()
    assert hooked.received == []
    assert gitlab_http.get("/hooks").json()[0]["alert_status"] == "disabled"
    gitlab.deliver(project)
    assert gitlab_http.get("/hooks").json()[0]["alert_status"] == "executable"


def test_a_closed_issue_was_opened_before_and_nothing_to_deliver_is_an_error(
    gitlab: GitlabSandbox, project: str, hooked: Receiver
) -> None:
    with pytest.raises(ValueError, match="nothing of the kind"):
        gitlab.deliver(project)
    gitlab.add_issue(project, title="t", state="closed")
    for action in ("open", "close", None):
        gitlab.deliver(project, action=action)
    told = [json.loads(body)["object_attributes"]["action"] for _headers, body in hooked.received]
    assert told == ["open", "close", "close"]
    gitlab.unsubscribe()
    with pytest.raises(ValueError, match="subscribe"):
        gitlab.deliver(project)
