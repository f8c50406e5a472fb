"""What a GitLab webhook says: the samples of GitLab's docs, what is of no interest, and hostile forms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.webhooks.gitlab_deliveries import IssueChanged, NoteWritten, read_gitlab_delivery
from app.web.webhooks.source import NotUnderstood

PAYLOADS = Path(__file__).parent / "payloads"
SENT = {"webhook-id": "f5e5f430-f57b-4e6e-9fac-d9128cd7232f"}


def payload(name: str, **changes: Mapping[str, Any]) -> bytes:
    """The sample, with `changes` to its parts."""
    sample = json.loads((PAYLOADS / f"gitlab__{name}.json").read_text())
    return json.dumps({**sample, **{part: {**sample[part], **change} for part, change in changes.items()}}).encode()


def issue(body: bytes, headers: Mapping[str, str] = SENT) -> IssueChanged:
    found = read_gitlab_delivery(body, headers)
    assert isinstance(found, IssueChanged)
    return found


def note(body: bytes, headers: Mapping[str, str] = SENT) -> NoteWritten:
    found = read_gitlab_delivery(body, headers)
    assert isinstance(found, NoteWritten)
    return found


def test_reads_a_closed_issue() -> None:
    found = issue(payload("issue_close"))
    assert (found.project_id, found.iid, found.action, found.user_id) == (14, 23, "close", 1)


def test_reads_a_confidential_issue() -> None:
    found = issue(payload("confidential_issue_update"))
    assert (found.project_id, found.iid, found.action) == (14, 23, "update")


def test_reads_an_incident_which_comes_as_a_work_item() -> None:
    found = issue(payload("work_item_incident_close"))
    assert (found.project_id, found.iid, found.action) == (7, 412, "close")


def test_an_action_that_is_missing_or_unknown_is_a_change() -> None:
    assert issue(payload("issue_close", object_attributes={"action": None})).action == "update"
    assert issue(payload("issue_close", object_attributes={"action": ["close"]})).action == "update"
    assert issue(payload("issue_close", object_attributes={"action": "reopen"})).action == "reopen"


def test_takes_the_project_of_the_envelope_where_the_issue_names_none() -> None:
    assert issue(payload("issue_close", object_attributes={"project_id": None}, project={"id": 15})).project_id == 15


def test_a_new_state_is_one_whatever_the_action_is_called() -> None:
    found = issue(payload("issue_closed_by_update"))
    assert (found.action, found.state_changed) == ("update", True)
    assert not issue(payload("confidential_issue_update")).state_changed


@pytest.mark.parametrize("name", ["note_on_issue", "confidential_note_on_issue", "note_without_action", "note_edited"])
def test_reads_a_comment_that_is_marked_for_the_reporter(name: str) -> None:
    found = note(payload(name))
    assert (found.project_id, found.iid, found.note_id, found.author_id) == (5, 17, 1241, 1)


def test_keeps_nothing_of_a_text() -> None:
    for name in ("note_on_issue", "issue_close"):
        kept = repr(astuple(issue(payload(name)) if name == "issue_close" else note(payload(name))))
        assert "fix" not in kept
        assert "API" not in kept
        assert "root" not in kept


@pytest.mark.parametrize(
    "text",
    [
        "/tell-reporter",
        "/tell-reporter It is fixed.",
        "Found it.\r\n/tell-reporter\r\nIt is fixed.",
        "/TELL-REPORTER\nyes",
        "```\ntrace\n```\n/tell-reporter It is fixed.",
        "`````\n```\n`````\n/tell-reporter It is fixed.",
        "> quoted\n\n/tell-reporter It is fixed.",
    ],
)
def test_the_mark_begins_a_line(text: str) -> None:
    assert note(payload("note_on_issue", object_attributes={"note": text})).note_id == 1241


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It is fixed.",
        "should I /tell-reporter?",
        "> /tell-reporter",
        "/tell-reporters",
        "/tell-reporter-x",
        "```\n/tell-reporter It is fixed.\n```",
        "So you write:\n\n~~~~ text\n/tell-reporter It is fixed.\n~~~\n~~~~\nat the end.",
        ">>>\n/tell-reporter It is fixed.\n>>>",
        "<!--\n/tell-reporter TEXT\n-->",
        "<pre>\n/tell-reporter TEXT\n</pre>",
        None,
        5,
    ],
)
def test_a_comment_without_the_mark_is_of_no_interest(text: object) -> None:
    assert read_gitlab_delivery(payload("note_on_issue", object_attributes={"note": text}), SENT) is None


@pytest.mark.parametrize(
    "change",
    [
        {"action": "destroy"},
        {"action": ["create"]},
        {"system": True},
        {"noteable_type": "Epic"},
        {"noteable_type": ["Issue"]},
    ],
)
def test_a_deleted_a_system_and_a_foreign_comment_are_of_no_interest(change: Mapping[str, Any]) -> None:
    assert read_gitlab_delivery(payload("note_on_issue", object_attributes=change), SENT) is None


@pytest.mark.parametrize(
    "name",
    ["note_on_merge_request", "note_on_group_work_item", "emoji_award", "group_member_added", "work_item_epic_close"],
)
def test_other_events_are_of_no_interest(name: str) -> None:
    assert read_gitlab_delivery(payload(name), SENT) is None


@pytest.mark.parametrize("kind", ["push", "merge_request", "pipeline", "milestone", "something_new"])
def test_kinds_that_we_do_not_follow_are_of_no_interest(kind: str) -> None:
    assert read_gitlab_delivery(json.dumps({"object_kind": kind}).encode(), SENT) is None


def test_a_resent_delivery_keeps_its_key_under_either_name() -> None:
    body = payload("issue_close")
    first = issue(body)
    assert first.key == issue(body, {"idempotency-key": SENT["webhook-id"], "x-gitlab-event-uuid": "other"}).key
    assert first.key == issue(body, {**SENT, "idempotency-key": "not what was signed"}).key
    assert first.key != issue(body, {"webhook-id": "another"}).key


def test_without_an_id_the_body_says_which_delivery_it_is() -> None:
    body, later = payload("issue_close"), payload("issue_close", object_attributes={"updated_at": "later"})
    assert issue(body, {}).key == issue(body, {"webhook-id": ""}).key
    assert issue(body, {}).key != issue(later, {}).key


def test_one_id_for_everything_mixes_up_neither_issues_nor_comments() -> None:
    keys = {
        issue(payload("issue_close")).key,
        issue(payload("issue_close", object_attributes={"iid": 24})).key,
        issue(payload("issue_close", object_attributes={"iid": 17, "project_id": 5})).key,
        note(payload("note_on_issue")).key,
        note(payload("note_on_issue", object_attributes={"id": 1242})).key,
    }
    assert len(keys) == 5


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"object_kind": 7}',
        b'{"object_kind": "issue"}',
        b'{"object_kind": "issue", "object_attributes": []}',
        b'{"object_kind": "issue", "object_attributes": {"iid": true, "project_id": 1}}',
        b'{"object_kind": "issue", "object_attributes": {"iid": -1, "project_id": 1}}',
        b'{"object_kind": "issue", "object_attributes": {"iid": "3", "project_id": 1}}',
        b'{"object_kind": "issue", "object_attributes": {"iid": 9223372036854775808, "project_id": 1}}',
        b'{"object_kind": "issue", "object_attributes": {"iid": 3}}',
        b'{"object_kind": "work_item", "object_attributes": {"iid": 3}, "project": {"id": null}}',
        payload("note_on_issue", issue={"iid": None}),
        payload("note_on_issue", object_attributes={"id": 0}),
    ],
)
def test_a_body_that_does_not_say_what_it_is_about_is_not_understood(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        read_gitlab_delivery(body, SENT)


@given(st.binary(max_size=300), st.text(max_size=40))
def test_no_bytes_raise_anything_else(body: bytes, sent: str) -> None:
    with suppress(NotUnderstood):
        read_gitlab_delivery(body, {"webhook-id": sent})


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["Issue", "create", "close"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_NAMES = ["id", "iid", "project_id", "action", "note", "noteable_type", "system", "author_id", "moved_to_id"]
_PART = _ANY | st.dictionaries(st.sampled_from(_NAMES), _ANY | st.integers(1, 9) | st.just("/tell-reporter"))


@given(
    st.fixed_dictionaries(
        {"object_kind": st.sampled_from(["issue", "work_item", "note"])},
        optional=dict.fromkeys(("object_attributes", "issue", "work_item", "user", "project", "project_id"), _PART),
    ),
    st.text(max_size=40),
)
def test_no_json_raises_anything_else(payload: dict[str, Any], sent: str) -> None:
    try:
        found = read_gitlab_delivery(json.dumps(payload).encode(), {"idempotency-key": sent})
    except NotUnderstood:
        return
    if found is not None:
        assert found.project_id > 0
        assert found.iid > 0
        assert found.key.isascii()
