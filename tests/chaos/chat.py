"""What the chat got: each message once, or not at all and a failure that says so."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.records.announcements import Announcement
from tests.chaos.outcome import Seen
from tests.chaos.plan import SPIKE_FROM, SPIKES

# By what it is about, not by its text: that has counts and times, which differ in a message that is said again.
SPIKE_TEXT = re.compile(r"\d+ (.+)s in \d+ minutes?[,\n]")
TEXTS = {"backlog": re.compile(r"\d+ tickets of the last "), "failures": re.compile(r"\d+ new failures?: ")}
WINDOW = timedelta(minutes=10)


def spikes(seen: Sequence[Seen]) -> set[str]:
    """The archetypes whose tickets make a spike, each as `spike:<archetype>`."""
    written = defaultdict[str, list[datetime]](list)
    for one in seen:
        written[str(one.user.kind.archetype)].append(datetime.fromisoformat(one.ticket["created_at"]))
    return {f"spike:{name}" for name in SPIKES if _close_together(sorted(written[name]))}


def _close_together(moments: Sequence[datetime]) -> bool:
    return any(last - first < WINDOW for first, last in zip(moments, moments[SPIKE_FROM - 1 :], strict=False))


def chat_problems(
    messages: Sequence[Mapping[str, Any]], claimed: Sequence[Announcement], demanded: Collection[str], *, failures: int
) -> Iterator[str]:
    """No run is so long that a thing may be said twice. `demanded`: what must have been said, or tried; `failures`: how
    many say that a message may be there."""
    heard = Counter(_topic_of_text(message["text"]) for message in messages)
    states = {_topic_of_key(one): one.state for one in claimed}
    for topic, times in heard.items():
        if times > 1:
            yield f"{times} times in the chat: {topic}"
        if topic not in states:
            yield f"in the chat without a claim: {topic}"
    for topic, state in states.items():
        # `unknown` and, when a process died over it, `claimed`: it may be there or not.
        if state == "sent" and not heard[topic]:
            yield f"sent, but not in the chat: {topic}"
    for topic in sorted(demanded):
        if states.get(topic, "free") == "free":
            yield f"never said in the chat: {topic}"
    unknown = sum(state == "unknown" for state in states.values())
    if unknown != failures:
        yield f"{failures} failures of the chat for {unknown} messages that may be there"


def _topic_of_text(text: str) -> str:
    if spike := SPIKE_TEXT.match(text):
        return f"spike:{spike[1].replace(' ', '_')}"
    return next((topic for topic, begins in TEXTS.items() if begins.match(text)), text)


def _topic_of_key(one: Announcement) -> str:
    """`spike:<archetype>`, or else what its message is found by."""
    if one.kind == "spike":
        return ":".join(one.key.split(":")[:2])
    return one.kind if one.kind in TEXTS else one.text
