"""What Zendesk says is read in each form of its error bodies, cut and made safe."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from integrations.errors import IntegrationError, Invalid, NotFound, Refused, Unavailable
from integrations.session import by_status
from integrations.zendesk.errors import LONGEST, MOST, explain, said_by_field

KEYS = ("error", "errors", "details", "description", "message", "title", "detail", "code", "source", "pointer", "base")
FORMS = json.loads((Path(__file__).parent / "payloads" / "error_bodies.json").read_text("utf-8"))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form["name"])
def test_each_form_is_read(form: dict[str, Any]) -> None:
    assert said_by_field(form["body"]) == {name: tuple(texts) for name, texts in form["said"].items()}


def answered(status: int, body: str | bytes, method: str = "PUT") -> IntegrationError:
    response = requests.Response()
    response.status_code = status
    response._content = body if isinstance(body, bytes) else body.encode()
    response.request = requests.Request(method, "https://acme.zendesk.com/api/v2/tickets/7.json").prepare()
    return explain(response) or by_status("zendesk", response)


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Invalid), (403, Refused), (422, Invalid)], ids=["bad_request", "forbidden", "invalid"]
)
def test_what_was_said_goes_with_the_error(status: int, kind: type[Invalid | Refused]) -> None:
    error = answered(status, '{"errors": [{"code": "Rule", "title": "not on Sundays: secret"}]}')
    assert isinstance(error, kind)
    assert error.fields == {"base": ("not on Sundays: secret",)}
    assert "secret" not in str(error)


NOTHING = ["", "{}", "[]", "null", "<html>403</html>", '"text"', "[" * 100_000, b"\xff\xfe", '{"errors": null}']


@pytest.mark.parametrize("body", NOTHING, ids=range(len(NOTHING)))
def test_a_body_that_says_nothing_leaves_the_status(body: str | bytes) -> None:
    for status, kind in ((400, Invalid), (403, Refused), (422, Invalid)):
        error = answered(status, body)
        assert isinstance(error, kind)
        assert error.fields == {}
    assert isinstance(answered(404, body), Unavailable)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": "RecordNotFound", "description": "Nicht gefunden"}, NotFound),
        ({"error": "InvalidEndpoint", "description": "Not found"}, Unavailable),
        ({"error": {"title": "No help desk at acme.zendesk.com", "message": "There is none here"}}, Unavailable),
        ({"errors": [{"code": "NotFound", "title": "Not found"}]}, Unavailable),
    ],
)
def test_only_a_record_that_is_not_found_is_gone(body: object, kind: type[IntegrationError]) -> None:
    assert type(answered(404, json.dumps(body), "GET")) is kind


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just({"description": "x"}),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(body=st.dictionaries(st.sampled_from(KEYS), _JSON))
def test_whatever_is_sent_gives_short_texts_by_field(body: dict[str, object]) -> None:
    for name, texts in said_by_field(body).items():
        assert re.fullmatch(r"\w{1,60}", name)
        assert all(isinstance(text, str) and len(text) <= LONGEST for text in texts)


def test_half_a_character_becomes_a_whole_one() -> None:
    error = answered(422, r'{"error": "RecordInvalid", "details": {"base": [{"description": "cut \ud83d"}]}}')
    assert isinstance(error, Invalid)
    assert error.fields == {"base": ("cut �",)}


def test_long_texts_and_lists_are_cut() -> None:
    many = said_by_field({"errors": [{"title": "a" * 100_000}] * 10_000})
    assert [len(text) for text in many["base"]] == [LONGEST] * MOST
    assert list(said_by_field({"details": {"x" * 1000: [{"description": "long name"}]}})) == ["base"]
