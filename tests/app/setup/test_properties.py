"""The laws of setup, for every kind: whatever people did, wherever it was stopped, however the servers put things."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.setup.kinds import KINDS
from integrations.errors import IntegrationError, UnknownOutcome
from integrations.session import VendorSession
from tests.app.setup.conftest import NewSetUp, SetUp
from tests.app.setup.hands import HANDS, Hand
from tests.app.setup.server_forms import OtherForms
from tests.app.setup.test_laws import doubled

FEW = settings(max_examples=4, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
REQUESTS = 40
"""Of one apply, and some more."""
Answered = Callable[[requests.Response], requests.Response]


@contextmanager
def answers(change: Answered) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        send = VendorSession.send
        patch.setattr(VendorSession, "send", lambda self, request, **more: change(send(self, request, **more)))
        yield


def one_for_each_key(hands: list[Hand]) -> dict[str, Hand]:
    return {hand.key: hand for hand in hands}


def test_hands_reach_every_kind_that_people_can_change() -> None:
    assert {hand.key.partition("/")[0] for hand in HANDS} == {
        kind.name for kind in KINDS if kind.drifts and not kind.by_title and kind.name != "form"
    }


@FEW
@given(hands=st.lists(st.sampled_from(HANDS), min_size=4, max_size=9).map(one_for_each_key))
def test_every_hand_edit_is_named_once_left_alone_and_undone_on_demand(
    new_set_up: NewSetUp, hands: dict[str, Hand]
) -> None:
    with new_set_up() as set_up:
        set_up.apply()
        for hand in hands.values():
            hand.done(set_up)
        edited = set_up.everything()
        assert set_up.open() == dict.fromkeys(hands, "drifted")
        assert set_up.apply().done == []
        assert set_up.everything() == edited
        assert set_up.apply(restore=[*hands]).failed == []
        set_up.apply()  # what was made again has another id
        assert set_up.open() == {}


@settings(FEW, max_examples=8)
@given(number=st.integers(1, REQUESTS), how=st.sampled_from(["killed", "lost", "unsent"]))
@example(number=12, how="lost")
def test_stopped_at_any_request_the_next_run_ends_alike(new_set_up: NewSetUp, number: int, how: str) -> None:
    """Killed when the answer came; the answer was lost; the request never arrived."""
    with new_set_up() as set_up:
        with stopped_at(number, how), suppress(KeyboardInterrupt, IntegrationError):
            set_up.apply()
        assert set_up.apply().failed == []
        assert set_up.open() == {}
        assert doubled(set_up) == {}


@contextmanager
def stopped_at(number: int, how: str) -> Iterator[None]:
    left = iter(range(number - 1, -1, -1))
    send = VendorSession.send

    def sent(self: VendorSession, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        is_last = next(left, None) == 0
        if not is_last or how != "unsent":
            response = send(self, request, **more)
        if is_last and how == "killed":
            raise KeyboardInterrupt
        if is_last:
            raise UnknownOutcome("zendesk", "no answer came", "lost")
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VendorSession, "send", sent)
        yield


@FEW
@given(seed=st.integers(0, 10_000))
def test_what_the_servers_put_differently_is_no_drift(new_set_up: NewSetUp, seed: int) -> None:
    forms = OtherForms(seed)

    def rewritten(response: requests.Response) -> requests.Response:
        if response.content.startswith(b"{"):
            response._content = json.dumps(forms.of_answer(response.json())).encode()
        return response

    with new_set_up() as set_up, answers(rewritten):
        assert set_up.apply().failed == []
        before = set_up.everything()
        assert set_up.open() == {}
        assert set_up.apply().done == []
        assert set_up.everything() == before


def test_custom_statuses_switched_on_change_nothing_that_says_the_same(set_up: SetUp) -> None:
    set_up.apply()
    set_up.sandbox.zendesk.switch_custom_statuses_on()
    assert any(_own_statuses(set_up))
    assert set_up.open() == {}


def test_a_status_that_says_something_else_is_put_down_to_the_account(set_up: SetUp) -> None:
    set_up.apply()
    zendesk = set_up.sandbox.zendesk
    zendesk.switch_custom_statuses_on()
    view = set_up.object_of("views", "Stuck")
    # New and pending, and not open: Zendesk's own statuses cannot say it.
    rows = [
        {**row, "value": [row["value"][0], row["value"][2]]} if isinstance(row["value"], list) else row
        for row in view["conditions"]["all"]
    ]
    zendesk.edit_object("views", view["id"], conditions={"all": rows, "any": []})
    (step,) = [one for one in set_up.plan() if one.is_work]
    assert (step.key, step.verb) == ("view/stuck", "drifted")
    assert "the account changed" in step.reason


def _own_statuses(set_up: SetUp) -> Iterator[Any]:
    for view in set_up.everything()["views"].values():
        yield from (row for row in view["conditions"]["all"] if row["field"] == "custom_status_id")
