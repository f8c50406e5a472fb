"""Reads both sides and makes the plan. Nothing is written here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.records.setup_objects import SetupObject
from app.setup.kinds import KINDS
from app.setup.kinds.hold import KEY as HOLD
from app.setup.kinds.ticket_field import ARCHETYPE, TicketField
from app.setup.objects import Account, ObjectKind, Remote, Wanted
from app.setup.plan import Step, changes, compare, creation
from app.setup.statuses import only_statuses_differ
from app.setup.values import Values, references_in, resolved
from integrations.errors import Unavailable
from integrations.zendesk.errors import NO_PAGE

REWRITTEN = (
    "the account changed: with custom statuses on or off Zendesk rewrites its statuses; `--accept {key}` keeps them"
)


@dataclass(frozen=True)
class Item:
    """A step, with what is needed to carry it out."""

    step: Step
    kind: ObjectKind
    values: Values = field(default_factory=dict)
    """What is wanted; references to what does not exist yet are still in it."""
    otherwise: Values = field(default_factory=dict)
    """The same in other words, where `values` are refused."""
    found: Remote | None = None


@dataclass
class SetupPlan:
    items: list[Item] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    """Of what exists, by key."""

    @property
    def steps(self) -> list[Step]:
        return [item.step for item in self.items]


def make_plan(account: Account, recorded: Mapping[str, SetupObject]) -> SetupPlan:
    account.recorded = recorded
    planner = _Planner(account, recorded)
    for kind in KINDS:
        planner.of_kind(kind)
    return planner.plan


@dataclass
class _Planner:
    account: Account
    recorded: Mapping[str, SetupObject]
    plan: SetupPlan = field(default_factory=SetupPlan)

    def of_kind(self, kind: ObjectKind) -> None:
        found = [*kind.read(self.account)]
        found += self._not_listed_yet(kind, found)
        ours = _by_key(self.account.instance, found, self.recorded)
        wanted = [one for one in kind.wanted(self.account) if not _is_of_others(one, ours)]
        for one in wanted:
            mine = ours.get(one.key, [])
            if kind.by_title:
                mine = [each for each in found if each.values.items() >= one.values.items()][:1]
            if mine:
                self.plan.ids[one.key] = mine[0].remote_id
            elif one.key in self.recorded:  # gone by hand: what names it is as it was
                self.plan.ids[one.key] = self.recorded[one.key].remote_id
            if not self._is_quiet(kind):
                self.plan.items.append(self._wanted(kind, one, mine[0] if mine else None, found))
            for copy in mine[1:]:
                reason = f"a copy made by hand, with our marker: {copy.title}"
                step = Step(kind.name, one.key, "copy", reason=reason, remote_id=copy.remote_id)
                self.plan.items.append(Item(step, kind, found=copy))
        for key in sorted(ours.keys() - {one.key for one in wanted}):
            self.plan.items += [_unwanted(kind, key, one) for one in ours[key]]

    def _not_listed_yet(self, kind: ObjectKind, found: Sequence[Remote]) -> Iterator[Remote]:
        """Zendesk's lists may lag behind: what we made is asked for by its id before it is made twice."""
        listed = {one.remote_id for one in found}
        for key, one in self.recorded.items() if kind.service == "zendesk" else ():
            if key.startswith(f"{kind.name}/") and one.remote_id and one.remote_id not in listed:
                try:
                    there = kind.read_one(self.account, one.remote_id)
                except Unavailable as error:  # this account shows none by its id
                    if error.reason != NO_PAGE:
                        raise
                    continue
                if there is not None:
                    yield there

    def _wanted(self, kind: ObjectKind, wanted: Wanted, there: Remote | None, found: Sequence[Remote]) -> Item:
        kept = self.account.rules.routing.setup.keep.get(wanted.key, {})
        values = resolved({**wanted.values, **kept}, self.plan.ids)
        recorded = self.recorded.get(wanted.key)
        step = Step(kind.name, wanted.key, "unchanged", place=wanted.place, remote_id=there.remote_id if there else "")
        otherwise = resolved({**wanted.otherwise, **kept}, self.plan.ids) if wanted.otherwise else {}
        item = Item(step, kind, values, otherwise, there)
        if there is not None:
            if otherwise and len(changes(otherwise, there.values)) < len(changes(values, there.values)):
                values, item = otherwise, replace(item, values=otherwise, otherwise={})
            current = _with_secret(there.values, values, recorded, there.raw)
            last = recorded.last_applied if recorded and kind.drifts else None
            compared = compare(step, values, current, last)
            if not kind.drifts:
                compared = replace(compared, reason="")
            return replace(item, step=self._explained(kind, compared, there))
        missing = _missing(item, found, recorded)
        why = wanted.manual or _clash(wanted, kind, found)
        if not why and missing.step.verb != "adopt":
            why = self._waits_for(kind, values)
        return replace(item, step=replace(step, verb="manual", reason=why)) if why else missing

    def _explained(self, kind: ObjectKind, step: Step, there: Remote) -> Step:
        """What Zendesk did by itself is nobody's fault; of the rest, who did it."""
        if step.verb not in {"drifted", "conflict"}:
            return step
        if only_statuses_differ((one.name, one.old, one.new) for one in step.fields):
            return replace(step, reason=REWRITTEN.format(key=step.key))
        said = kind.last_change(self.account, there)
        return replace(step, reason=f"{step.reason}; {said}") if said else step

    def _is_quiet(self, kind: ObjectKind) -> bool:
        """What it belongs to was changed by hand, and that is said once."""
        return any(
            item.step.key == kind.follows and item.step.verb in {"drifted", "conflict"} for item in self.plan.items
        )

    def _waits_for(self, kind: ObjectKind, values: Values) -> str:
        """A person has to do something before this can be made, or to decide whose what it names is."""
        manual = {item.step.key for item in self.plan.items if item.step.verb in {"manual", "adopt"}}
        waits = sorted(references_in(values) & manual)
        if HOLD in manual and kind.name in {"view", "macro"} and _names_hold(values):
            waits.append(HOLD)
        return f"it waits for {', '.join(waits)}" if waits else ""


def _is_of_others(wanted: Wanted, ours: Mapping[str, Sequence[Remote]]) -> bool:
    """The YAML names one by its id that setup did not make: it is the team's."""
    return bool(wanted.remote_id) and wanted.remote_id not in {one.remote_id for one in ours.get(wanted.key, ())}


def _missing(item: Item, found: Sequence[Remote], recorded: SetupObject | None) -> Item:
    """Nothing bears its marker. Was it never made, or did somebody do something by hand?"""
    step, key = item.step, item.step.key
    lost = next((one for one in found if recorded and one.remote_id == recorded.remote_id), None)
    if lost is not None and not item.kind.by_title:
        reason = f"its marker was removed by hand: `--adopt {key}` puts it back"
        return replace(item, step=replace(step, verb="drifted", reason=reason, remote_id=lost.remote_id), found=lost)
    if recorded is not None and item.kind.drifts:
        reason = f"it was deleted by hand: `--restore {key}` makes it again"
        return replace(item, step=replace(step, verb="drifted", reason=reason))
    there = _namesake(item, found)
    if there is not None:
        reason = f"one of this name is there, and it is not ours: `--adopt {key}` takes it over"
        return replace(item, step=replace(step, verb="adopt", reason=reason, remote_id=there.remote_id), found=there)
    return replace(item, step=creation(step, item.values))


def _by_key(instance: str, found: Sequence[Remote], recorded: Mapping[str, SetupObject]) -> dict[str, list[Remote]]:
    """Those with our marker. Of several with one key, the one that we recorded is ours, else the oldest."""
    ours: dict[str, list[Remote]] = {}
    for one in found:
        if one.marker is not None and one.marker.instance == instance:
            ours.setdefault(one.marker.key, []).append(one)
    for key, objects in ours.items():
        known = recorded[key].remote_id if key in recorded else ""
        objects.sort(key=lambda one: (one.remote_id != known, len(one.remote_id), one.remote_id))
    return ours


def _with_secret(current: Values, wanted: Values, recorded: SetupObject | None, raw: Mapping[str, Any]) -> Values:
    """GitLab never shows a secret: what we sent last stands for it."""
    if "secret" not in wanted:
        return current
    held = [raw[name] for name in ("token_present", "signing_token_present") if name in raw]
    if held and not any(held):  # dropped, with another address
        return {**current, "secret": ""}
    return {**current, "secret": recorded.last_applied.get("secret", "") if recorded else ""}


def _namesake(item: Item, found: Sequence[Remote]) -> Remote | None:
    """One that was made by hand, at this address or with this title."""
    if item.kind.by_title:
        return None
    title = item.values.get("title") or item.values.get("name")
    place = {name: item.values[name] for name in ("project", "endpoint", "url") if name in item.values}
    unmarked = (one for one in found if one.marker is None)
    return next(
        (one for one in unmarked if (one.values.items() >= place.items() if place else one.title == title)), None
    )


def _clash(wanted: Wanted, kind: ObjectKind, found: Sequence[Remote]) -> str:
    """One of the very name can be adopted, with its tags."""
    if wanted.key != ARCHETYPE:
        return ""
    there = _namesake(Item(Step(kind.name, wanted.key, "manual"), kind, wanted.values), found)
    return TicketField.clash([one for one in found if one is not there])


def _names_hold(values: Values) -> bool:
    rows = [*values.get("all", ()), *values.get("any", ()), *values.get("actions", ())]
    return any(row[0] == "status" and row[-1].strip('"') == "hold" for row in rows)


def _unwanted(kind: ObjectKind, key: str, found: Remote) -> Item:
    off = {name: value for name, value in kind.deactivated.items() if found.values.get(name) != value}
    step = Step(kind.name, key, "unwanted", remote_id=found.remote_id, reason="the YAML does not name it any more")
    if not off:
        step = replace(step, verb="unchanged", reason="not wanted any more, and switched off")
        return Item(step, kind, found.values, found=found)
    values: dict[str, Any] = {**found.values, **off}
    return Item(replace(step, fields=compare(step, off, found.values, None).fields), kind, values, found=found)
