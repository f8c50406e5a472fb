"""What would be done, and why: pure. Three sides are compared: what we wrote last, what is there, what is wanted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.setup.values import Values, differences

Verb = Literal["create", "change", "unchanged", "drifted", "conflict", "adopt", "unwanted", "copy", "manual"]
WRITTEN: frozenset[str] = frozenset({"create", "change", "unwanted"})
"""What `apply` carries out without being asked by key."""


@dataclass(frozen=True)
class FieldChange:
    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Step:
    kind: str
    key: str
    """`kind/name`."""
    verb: Verb
    fields: tuple[FieldChange, ...] = ()
    reason: str = ""
    place: str = ""
    remote_id: str = ""

    @property
    def is_work(self) -> bool:
        """Does a person or `apply` have something to do?"""
        return self.verb != "unchanged"

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "key": self.key,
            "verb": self.verb,
            "fields": [{"name": one.name, "old": one.old, "new": one.new} for one in self.fields],
            "reason": self.reason,
        }


def compare(step: Step, wanted: Values, current: Values, last: Values | None) -> Step:
    """The step for an object that is ours. `last`: as the server gave it after our last write; None: unknown."""
    fields = changes(wanted, current)
    if not fields:
        return replace(step, verb="unchanged")
    step = replace(step, fields=fields)
    if last is None:
        return replace(step, verb="change", reason="nothing is recorded of the last time it was applied")
    # Nobody changes a secret on purpose: whatever else was done, a lost one is sent again.
    secret = {"secret": current.get("secret")}
    # What an older version did not manage is nobody's mistake: as it is there, a person chose it.
    last = {**wanted, **last, **secret}
    if not differences(last, current):
        return replace(step, verb="change")
    if not differences({**wanted, **secret}, last):
        return replace(step, verb="drifted", reason="somebody changed it by hand")
    return replace(step, verb="conflict", reason="somebody changed it by hand, and the YAML changed too")


def changes(wanted: Values, current: Values) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(name, old, new) for name, old, new in differences(wanted, current))


def creation(step: Step, wanted: Values) -> Step:
    return replace(step, verb="create", fields=tuple(FieldChange(name, None, new) for name, new in wanted.items()))


def as_json(steps: Iterable[Step]) -> Mapping[str, Any]:
    return {"steps": [step.as_json() for step in steps]}
