from __future__ import annotations

from app.redaction import KINDS, placeholder
from app.redaction.kinds import SIGNS, mask, unmask


def test_every_kind_has_a_placeholder_and_a_sign_of_its_own() -> None:
    assert len({placeholder(kind) for kind in KINDS}) == len(KINDS)
    assert len(set(SIGNS)) == len(KINDS)
    assert all("\ufdd0" <= sign <= "\ufdef" for sign in SIGNS)


def test_masking_and_back_changes_nothing() -> None:
    text = "a " + " b ".join(map(placeholder, KINDS))
    assert unmask(mask(text)) == text
    assert mask(text).count(" removed]") == 0
