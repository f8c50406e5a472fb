"""What accounts have beside the documented form: deleted people and tickets, other languages, other errors."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from integrations.sandbox import ZendeskSandbox
from integrations.sandbox.zendesk.named_faults import NAMED_FAULTS
from integrations.sandbox.zendesk.state import SYSTEM_FIELDS
from integrations.sandbox.zendesk.translations import LANGUAGES


def test_a_deleted_person_keeps_the_name_until_it_is_permanent(
    zendesk: ZendeskSandbox, zendesk_http: httpx.Client
) -> None:
    ticket_id = zendesk.create_ticket(requester={"name": "David", "email": "david@people.example"})
    person_id = zendesk.ticket(ticket_id)["requester"]["id"]
    for permanently, name in ((False, "David"), (True, "Permanently Deleted User")):
        zendesk.delete_person(person_id, permanently=permanently)
        user = zendesk_http.get(f"/users/{person_id}").json()["user"]
        assert (user["name"], user["email"], user["active"]) == (name, None, False)
    assert zendesk_http.get(f"/tickets/{ticket_id}").json()["ticket"]["requester_id"] == person_id
    new = zendesk.create_ticket(requester={"name": "David", "email": "david@people.example"})
    assert zendesk.ticket(new)["requester"]["id"] != person_id


def test_people_need_no_e_mail(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket(requester={"name": "Sam Phone"}, via_channel="voice")
    answer = zendesk_http.get(f"/tickets/{ticket_id}?include=users").json()
    assert answer["users"][0]["email"] is None
    assert answer["ticket"]["via"]["source"]["from"]["name"] == "Sam Phone"


def test_a_scrubbed_ticket_is_only_in_the_export(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    start = zendesk.clock.now() - timedelta(minutes=2)
    ticket_id = zendesk.create_ticket(subject="words", body="of a person", tags=["one"], custom_fields={"Issue": "x"})
    zendesk.scrub(ticket_id)
    zendesk.clock.advance(120)
    assert zendesk_http.get(f"/tickets/{ticket_id}").status_code == 404
    page = zendesk_http.get("/incremental/tickets/cursor", params={"start_time": int(start.timestamp())}).json()
    (row,) = [one for one in page["tickets"] if one["id"] == ticket_id]
    assert (row["status"], row["subject"], row["description"], row["tags"]) == ("deleted", "SCRUBBED", "SCRUBBED", [])
    assert {field["value"] for field in row["custom_fields"]} == {None}


@pytest.mark.parametrize("name", NAMED_FAULTS)
def test_a_fault_is_ordered_by_name(zendesk: ZendeskSandbox, zendesk_http: httpx.Client, name: str) -> None:
    ticket_id = zendesk.create_ticket()
    zendesk.fault_named(name, method="PUT")
    assert zendesk_http.get(f"/tickets/{ticket_id}").status_code == 200
    answer = zendesk_http.put(f"/tickets/{ticket_id}", json={"ticket": {"tags": ["a"]}})
    status, body = NAMED_FAULTS[name]
    assert (answer.status_code, answer.json() if answer.content else None) == (status, body)
    assert zendesk.ticket(ticket_id)["tags"] == []


def test_an_unknown_fault_or_language_is_an_error(zendesk: ZendeskSandbox) -> None:
    with pytest.raises(ValueError, match="forbidden, "):
        zendesk.fault_named("nonsense")
    with pytest.raises(ValueError, match="de, fr, ja"):
        zendesk.speak("xx")


@pytest.mark.parametrize("language", LANGUAGES)
def test_zendesk_speaks_the_accounts_language(
    zendesk: ZendeskSandbox, zendesk_http: httpx.Client, language: str
) -> None:
    ticket_id, other = zendesk.create_ticket(), zendesk.create_ticket()
    field_id = zendesk.require_to_solve("Type")
    zendesk.speak(language)
    try:
        refused = zendesk_http.put(f"/tickets/{ticket_id}", json={"ticket": {"status": "solved"}}).json()
    finally:
        zendesk.allow_all_statuses()
    zendesk.merge(ticket_id, other)
    closed = zendesk_http.put(f"/tickets/{ticket_id}", json={"ticket": {"tags": []}}).json()
    gone = zendesk_http.get("/tickets/1").json()
    base = refused["details"]["base"][0]
    assert (refused["error"], closed["error"], gone["error"]) == ("RecordInvalid", "RecordInvalid", "RecordNotFound")
    assert (base["ticket_field_id"], "Type" in base["description"]) == (field_id, True)
    said = [
        base["description"], closed["details"]["status"][0]["description"], gone["description"],
        zendesk.ticket(other)["comments"][-1]["body"],
    ]  # fmt: skip
    english = ["is required when solving", "prevents ticket update", "Not found", "was closed and merged"]
    assert [words in text for words, text in zip(english, said, strict=True)] == [language == "en"] * 4


def test_ticket_fields_have_those_of_every_account(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    own = zendesk.add_field("Product")
    fields = zendesk_http.get("/ticket_fields.json?page[size]=100").json()["ticket_fields"]
    assert {one["type"] for one in fields if not one["removable"]} == set(SYSTEM_FIELDS)
    assert own in {one["id"] for one in fields if one["removable"]}
    ticket = zendesk_http.get(f"/tickets/{zendesk.create_ticket()}").json()["ticket"]
    assert own in {one["id"] for one in ticket["custom_fields"]}
    assert not {one["id"] for one in ticket["custom_fields"]} & {one["id"] for one in fields if not one["removable"]}
    assert zendesk_http.get("/ticket_fields?locale=de").status_code == 400


def test_the_status_field_says_whether_there_is_on_hold(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    def status() -> tuple[int, bool]:
        fields = zendesk_http.get("/ticket_fields?page[size]=100").json()["ticket_fields"]
        (field,) = [one for one in fields if one["type"] == "status"]
        return field["sub_type_id"], "hold" in {one["value"] for one in field["system_field_options"]}

    assert status() == (1, True)
    zendesk.turn_off_hold()
    try:
        assert status() == (0, False)
    finally:
        zendesk.allow_all_statuses()


@pytest.mark.parametrize(
    ("channel", "from_keys", "to_keys", "rel"),
    [
        ("email", {"address", "name", "original_recipients"}, {"address", "name", "email_ccs"}, None),
        ("twitter", {"profile_url", "username", "name"}, {"profile_url", "username", "name"}, None),
        ("facebook", {"profile_url", "facebook_id", "name"}, {"profile_url", "facebook_id", "name"}, "post"),
        ("voice", {"phone", "formatted_phone", "name"}, {"phone", "formatted_phone", "name"}, "inbound"),
        ("web", set(), {"address", "name"}, None),
        ("api", set(), {"address", "name"}, None),
        ("native_messaging", set(), set(), None),
    ],
)
def test_a_channel_says_from_whom_and_to_whom(
    zendesk: ZendeskSandbox,
    zendesk_http: httpx.Client,
    channel: str,
    from_keys: set[str],
    to_keys: set[str],
    rel: str | None,
) -> None:
    ticket_id = zendesk.create_ticket(via_channel=channel, requester={"name": "Ada", "handle": "@ada"})
    source = zendesk_http.get(f"/tickets/{ticket_id}").json()["ticket"]["via"]["source"]
    assert (set(source["from"]), set(source["to"]), source["rel"]) == (from_keys, to_keys, rel)
