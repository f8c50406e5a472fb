from __future__ import annotations

import pytest

from app.redaction import redact
from app.redaction.finders.account_numbers import passes_luhn


@pytest.mark.parametrize(
    ("text", "cards"),
    [
        ("4111 1111 1111 1111 5500 0000 0000 0004 4111 1111 1111 1111", 3),
        ("41111111111111115500000000000004", 0),
        ("4111.1111.1111.1111", 0),
        ("3782 822463 10005", 1),
        ("4111 1111 1111 1112", 0),
        ("1234567890123452", 0),
        ("४१११ ११११ ११११ ११११", 0),
    ],
)
def test_cards_are_found_by_their_sum_also_beside_each_other(text: str, cards: int) -> None:
    assert redact(text).removed.get("card_number", 0) == cards


@pytest.mark.parametrize(
    ("text", "accounts"),
    [
        ("DE89 3704 0044 0532 0130 00 GB29 NWBK 6016 1331 9268 19", 2),
        ("DE89370400440532013000BIC", 0),
        ("DE88 3704 0044 0532 0130 00", 0),
        ("ZZ89 3704 0044 0532 0130 00", 0),
    ],
)
def test_ibans_are_found_by_country_length_and_sum(text: str, accounts: int) -> None:
    assert redact(text).removed.get("bank_account", 0) == accounts


def test_luhn_sees_one_wrong_digit() -> None:
    assert passes_luhn("4111111111111111")
    assert not any(passes_luhn(f"411111111111111{last}") for last in "023456789")
