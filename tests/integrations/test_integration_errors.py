"""Errors say whether a call may be repeated, and survive being stored."""

from __future__ import annotations

import pickle

import pytest

from integrations.errors import (
    Conflict,
    IntegrationError,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    UnknownOutcome,
)


@pytest.mark.parametrize(
    ("kind", "retryable"),
    [
        (NotFound, False),
        (Refused, False),
        (Invalid, False),
        (Conflict, False),
        (RateLimited, True),
        (Unavailable, True),
        (UnknownOutcome, False),
    ],
)
def test_only_what_was_not_carried_out_and_may_work_later_is_retryable(
    kind: type[IntegrationError], retryable: bool
) -> None:
    error = kind("zendesk", "answered")

    assert error.retryable is retryable
    assert str(error) == "zendesk: answered"
    assert error.reason == error.reason.lower()
    assert " " not in error.reason


@pytest.mark.parametrize(
    "error",
    [
        NotFound("zendesk", "gone", "group_not_found"),
        RateLimited("gitlab", "slow down", retry_after=7.5),
        Invalid("zendesk", "closed", "ticket_closed", {"status": ("closed",)}),
    ],
)
def test_errors_survive_pickling(error: IntegrationError) -> None:
    again = pickle.loads(pickle.dumps(error))

    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error)


def test_what_a_field_was_told_is_not_in_the_message() -> None:
    error = Invalid("zendesk", "rejected: subject", fields={"subject": ("Subject: my secret",)})

    assert "secret" not in str(error)
    assert error.fields == {"subject": ("Subject: my secret",)}
