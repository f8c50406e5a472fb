"""The caps of routing.yaml: past so many actions of a kind in an hour, the rest is left to a person."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.records.caps import CappedActions
from app.records.database import Along, Connection
from app.rules.actions.action import Action
from app.rules.actions.note import Note
from app.rules.actions.tags import Tags
from app.rules.archetypes import CAPPED
from app.rules.routing import RoutingConfig
from app.tags import ABSTAINED_TAG
from app.triage.plan import Plan

HOUR = timedelta(hours=1)
# While a cap has more room than this, an action takes its allowance in the transaction of what follows from it.
NEARLY = 8
COUNTED_FOR = timedelta(minutes=1)


@dataclass(slots=True)
class _Counted:
    count: int
    """At least so many were taken."""
    at: datetime


@dataclass(frozen=True)
class HourlyCaps:
    """Thread-safe."""

    performed: CappedActions
    now: Callable[[], datetime]
    keep: Callable[[Along], object]
    """See Engine: a row that is refused there, because others used up the cap meanwhile, has its work decide again."""
    _counted: dict[tuple[str, str], _Counted] = field(default_factory=dict)
    """By kind and archetype."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def within(self, plan: Plan, routing: RoutingConfig, *, archetype: str | None, run_id: str) -> Plan:
        """The same plan, with what is over a cap held back, tagged for a person and said in the note."""
        if archetype is None or plan.mode != "live":
            return plan
        over: list[str] = []
        actions: list[Action] = []
        for action in plan.actions:
            cap = _cap(routing, archetype, action)
            if cap is None or self._allowed(run_id, action.kind, archetype, cap):
                actions.append(action)
                continue
            over.append(f"{action.kind} ({cap} an hour)")
            actions.append(action.skipped(f"the cap of {cap} an hour for {archetype} is reached"))
        return plan.model_copy(update={"actions": tuple(_marked(action, over) for action in actions)}) if over else plan

    def _allowed(self, run_id: str, kind: str, archetype: str, cap: int) -> bool:
        now = self.now()
        since, at = (now - HOUR).isoformat(), now.isoformat()
        if not self._has_plenty(kind, archetype, cap, now):
            return self.performed.allow(run_id, kind, archetype, since=since, now=at, cap=cap)

        def take(connection: Connection) -> bool:
            taken = self.performed.allow_within(connection, run_id, kind, archetype, since=since, now=at, cap=cap)
            if not taken:
                with self._lock:
                    self._counted[kind, archetype] = _Counted(cap, now)
            return taken

        self.keep(take)
        return True

    def _has_plenty(self, kind: str, archetype: str, cap: int, now: datetime) -> bool:
        """As far as this process knows; each that it lets go is counted."""
        with self._lock:
            counted = self._counted.get((kind, archetype))
            if counted is None or not timedelta() <= now - counted.at < COUNTED_FOR:
                count = self.performed.count(kind, archetype, since=(now - HOUR).isoformat())
                counted = self._counted[kind, archetype] = _Counted(count, now)
            if counted.count + NEARLY >= cap:
                return False
            counted.count += 1
            return True


def _cap(routing: RoutingConfig, archetype: str, action: Action) -> int | None:
    """How many of this action an hour may have; None: no limit. A suggested reply is no reply yet."""
    if not action.acts or action.kind not in CAPPED:
        return None
    own = routing.archetypes[archetype].caps
    cap: int | None = getattr(own, action.kind) if own else None
    return cap if cap is not None else getattr(routing.defaults.caps, action.kind)


def _marked(action: Action, over: list[str]) -> Action:
    if isinstance(action, Tags):
        return action.model_copy(update={"add": (*action.add, ABSTAINED_TAG)})
    if isinstance(action, Note):
        return action.and_next(f"Please do by hand what is over its cap: {', '.join(over)}.")
    return action
