"""Random conditions and tickets over a small world, so that they meet often."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from app.rules.conditions import KINDS
from app.ticket import Organization, Requester, ShortLink, Ticket, Via

WORDS = ("down", "slow", "502", "can't", "push", "crash", "crashed", "größe", "ci/cd")
CHANNELS = ("twitter", "twitter_dm", "forum")
NAMES = ("a", "b", "c")


def _some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


def _given(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping with at least one of the keys."""
    return st.fixed_dictionaries({}, optional=keys).filter(bool)


_phrase = st.builds(
    lambda words, open_end: " ".join(words) + "*" * open_end,
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=2),
    st.booleans(),
)
CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "phrases": st.lists(_phrase | st.just("$bad"), min_size=1, max_size=3),
    "patterns": st.lists(
        st.sampled_from([r"\bdown\b", r"crash\w+", r"(?-i)Slow", r"50\d", r"(?m)^push", r".+", r"can't (push|pull)"]),
        min_size=1,
        max_size=2,
    ),
    "channel": _some((*CHANNELS, "other")),
    "public": st.booleans(),
    "language": _some(("en", "de")),
    "requester": _given(
        domain=_some(("example.com", "*.org", "gitlab.com")),
        email=_some(("ann@*", "*")),
        handle=_some(("@ann", "bob")),
        role=_some(("end-user", "agent")),
        team_member=st.booleans(),
        tags=_some(NAMES),
    ),
    "organization": _given(name=_some(("acme", "*x*")), present=st.booleans(), tags=_some(NAMES)),
    "tags": _some(NAMES),
    "group": _some(NAMES),
    "brand": _some(NAMES),
    "custom_field": st.fixed_dictionaries({"field": st.sampled_from(NAMES), "value": _some(NAMES)}),
    "handle": _some(("@gitlab", "ann")),
    "linked_page": _some((r"example\.com/blog", "released")),
    "event": _some(("created", "comment", "corrected", "updated")),
    "length": _given(min_words=st.integers(0, 3), max_words=st.integers(0, 5)),
    "time_of_day": st.fixed_dictionaries(
        {"timezone": st.sampled_from(["UTC", "Europe/Belgrade"]), "from": st.sampled_from(["00:00", "09:00", "18:00"])},
        optional={"until": st.sampled_from(["06:00", "17:00"]), "weekdays": _some(("monday", "sunday"))},
    ),
}
assert CONDITIONS.keys() == {kind.key for kind in KINDS}, "a new kind of condition needs a strategy here"


@st.composite
def conditions(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(CONDITIONS), depth: int = 2) -> dict[str, Any]:
    """As they stand in the YAML; the common kinds more often than the rest."""
    common = tuple(key for key in ("phrases", "phrases", "channel", "tags") if key in kinds)
    chosen = draw(st.lists(st.sampled_from([*common, *kinds]), max_size=2, unique=True))
    given = {key: draw(CONDITIONS[key]) for key in chosen}
    if {"phrases", "patterns"} & given.keys():
        given["in"] = draw(st.sampled_from(["subject", "body", "both"]))
    nested = draw(st.lists(st.sampled_from(["all", "any", "none"]), max_size=2, unique=True)) if depth else []
    for key in nested:
        given[key] = [draw(conditions(kinds, depth - 1)) for _ in range(draw(st.integers(1, 2)))]
    return given or {kinds[0]: draw(CONDITIONS[kinds[0]])}


_text = st.lists(st.sampled_from([*WORDS, "Slow", "PUSH", "can’t", ",", "\n", "@gitlab", "👍"]), max_size=6).map(
    " ".join
) | st.text(st.characters(exclude_categories=()), max_size=20)

tickets: st.SearchStrategy[Ticket] = st.builds(
    Ticket,
    id=st.just(1),
    subject=_text,
    body=_text,
    channel=st.none() | st.sampled_from((*CHANNELS, "nowhere")),
    via=st.builds(Via, st.sampled_from(["", "twitter", "email"]), st.sampled_from(["", "direct_message"])),
    public=st.none() | st.booleans(),
    tags=_some(NAMES).map(tuple) | st.just(()),
    group=st.sampled_from(["", *NAMES]),
    brand=st.sampled_from(["", *NAMES]),
    custom_fields=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NAMES)),
    requester=st.builds(
        Requester,
        name=_text,
        email=st.sampled_from(["", "ann@example.com", "x@gitlab.com", "@", "odd@"]),
        handle=st.sampled_from(["", "@ann", "bob"]),
        role=st.sampled_from(["end-user", "agent"]),
        tags=_some(NAMES).map(tuple) | st.just(()),
    ),
    organization=st.none()
    | st.builds(Organization, name=st.sampled_from(["", "ACME", "xx"]), tags=_some(NAMES).map(tuple)),
    short_links=st.lists(
        st.builds(ShortLink, st.just("t.co/a"), st.sampled_from(["", "https://example.com/blog"]), _text)
    ).map(tuple),
    event=st.sampled_from(["created", "comment", "corrected", "updated"]),
    created_at=st.datetimes(timezones=st.just(UTC)) | st.just(datetime.max.replace(tzinfo=UTC)) | st.datetimes(),
)
