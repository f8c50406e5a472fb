"""Marks: the pieces are always the whole text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.desk.marks import MarkedText, marked
from app.desk.reasons import MarkedSpan

spans = st.builds(
    MarkedSpan,
    part=st.just("body"),
    start=st.integers(-5, 40),
    end=st.integers(-5, 40),
    kind=st.sampled_from(["why", "also"]),
)


@given(st.text(max_size=30), st.lists(spans, max_size=4))
def test_nothing_is_lost_and_what_decided_wins(text: str, wanted: list[MarkedSpan]) -> None:
    pieces = marked(text, wanted)
    assert "".join(one.text for one in pieces) == text
    assert all(one.text for one in pieces)
    kinds = [one.mark for one in pieces for _ in one.text]
    for place in range(len(text)):
        over = {span.kind for span in wanted if max(0, span.start) <= place < span.end}
        assert kinds[place] == ("why" if "why" in over else "also" if over else "")


def test_a_text_without_spans_is_one_piece() -> None:
    assert marked("hello", []) == [MarkedText("hello")]
    assert marked("", []) == []
