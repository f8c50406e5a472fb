"""How big, how rough and with which seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Plan:
    tickets: int
    kills: int
    """SIGKILLs, at random moments, also while the process starts."""
    stops: int = 0
    """SIGTERMs between them."""
    freezes: int = 0
    """SIGSTOPs between them, each followed by SIGCONT some seconds later."""
    restarts: int = 0
    """Of the database between them: each ends all processes."""
    alike: int = 0
    """Tickets about one bug or one wish, which come in the same instant."""
    posts: int = 0
    """What people write elsewhere, and feed, automation service and alert bring."""
    posts_first: bool = False
    """What the feed brings is there before the service starts: nobody need wait a minute for the next look."""
    blocked_looks: int = 0
    """Looks at the feed that the source refuses: the next one is five minutes later."""
    asks: int = 0
    """Tickets about which an expert is asked."""
    workers: int = 0
    """`pointsman work` processes beside `pointsman serve`."""
    closes: int = 0
    """Issues that are closed while the tickets come in."""
    news_kills: int = 0
    """SIGKILLs at the end, while the tickets of the known issue are told that it is closed."""
    updates_per_minute: int = 0
    """What Zendesk takes for the whole account; 0: any number."""
    seed: int = 1
    settings: tuple[tuple[str, str], ...] = ()
    """What is replaced in the shipped routing.yaml."""
    slow: tuple[float, ...] = (1.5,)
    """Seconds that a slow call takes; more than 10 and the client gives up while the server goes on."""
    patience: float = 60.0
    """Seconds until the queue must be empty, once the faults are over."""
    question_settles: float = 60.0
    """Seconds after which a question that is not in the chat is certainly not on its way."""

    def missed(self, done: Mapping[str, int]) -> Iterator[str]:
        """The disruptions that did not happen as planned: without its kills the test shows nothing."""
        kills = self.kills + self.news_kills
        disruptions = {
            "killed": kills,
            "stopped": self.stops,
            "frozen": self.freezes,
            "database restarts": self.restarts,
        }
        for disruption, planned in disruptions.items():
            if done.get(disruption, 0) != planned:
                yield f"{disruption} {done.get(disruption, 0)} times instead of {planned}"


# For the short forms. A lost request is over after two seconds there, so nobody need wait longer than three.
SETTLES_SOON = (("issue_wait: 20", "issue_wait: 20\n  issue_settle: 3"),)
# For the long form: few tickets are enough for a bulk job.
BULK_SOON = (("issue_wait: 20", "issue_wait: 20\n  bulk_from: 4"),)
SPIKE_FROM = 5
"""So many tickets of one kind are a spike, which the chat hears of: the short forms have one too."""
SPIKE = "{archetype: %s, at_least: %d, minutes: 10, quiet_minutes: 60}"
SPIKES = ("stability_complaint", "bug_report", "mention")
# No caps (they would stop the thirtieth issue of an hour, as they should), and praise on Twitter is answered.
ALWAYS = (
    ("  caps: {reply: 30, issue: 30, spam: 10, forward: 20}\n", ""),
    ('{macro: "Community::Mention"}', '{macro: "Community::Mention", live_on: [twitter]}'),
    ("attempts: 8", "attempts: 20"),
    # Reports resemble each other by half, and the known issue by 0.85: nobody is to be asked.
    ("suggest_at: 0.5", "suggest_at: 0.7"),
    (SPIKE % ("stability_complaint", 10), "\n    - ".join(SPIKE % (name, SPIKE_FROM) for name in SPIKES)),
)


def fault_schedule(plan: Plan) -> list[dict[str, Any]]:
    """The faults of each service: about one call in eight is disturbed."""
    soon, busy = {"Retry-After": "1"}, "busy"
    faults: list[dict[str, Any]] = [
        {"kind": "status", "status": 429, "headers": soon, "body": busy, "chance": 0.02},
        {"kind": "status", "status": 429, "body": busy, "chance": 0.005},
        {"kind": "status", "status": 500, "chance": 0.01},
        {"kind": "status", "status": 502, "chance": 0.01},
        {"kind": "status", "status": 503, "headers": soon, "chance": 0.01},
        {"kind": "status", "status": 503, "chance": 0.01},
        {"kind": "status_after", "status": 502, "chance": 0.01},
        {"kind": "drop_before", "chance": 0.015},
        {"kind": "drop_after", "chance": 0.015},
        {"kind": "garbage", "chance": 0.01},
    ]
    for seconds in plan.slow:
        faults.append({"kind": "delay", "seconds": seconds, "chance": 0.005})
        faults.append({"kind": "delay_before", "seconds": seconds, "chance": 0.005})
    return [{"times": 0, **fault} for fault in faults]


def feed_fault_schedule(plan: Plan) -> list[dict[str, Any]]:
    """Each look takes so long that kills hit it."""
    faults: list[dict[str, Any]] = [{"kind": "delay", "seconds": 3.0, "times": 0}]
    if plan.blocked_looks:
        faults.insert(0, {"kind": "status", "status": 503, "times": plan.blocked_looks})
    return [{**fault, "path": "/hackernews.*"} for fault in faults]


def chat_fault_schedule(plan: Plan) -> list[dict[str, Any]]:
    """The chat gets so few messages that nothing is left to chance: the first is refused, to be sent again, and the
    second meets a fault after which nobody knows whether it arrived. Questions meet all of them: the chat is asked."""
    unsure: list[dict[str, Any]] = [
        {"kind": "status", "status": 503},
        {"kind": "status_after", "status": 502},
        {"kind": "drop_before"},
        {"kind": "drop_after"},
    ]
    refused = {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}, "body": "busy"}
    met = [refused, random.Random(f"chat {plan.seed}").choice(unsure)]
    return [
        *({**fault, "path": "/hooks/.*"} for fault in met),
        *({**fault, "path": "/api/chat.postMessage"} for fault in (refused, *unsure)),
    ]
