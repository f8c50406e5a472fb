"""Carries out a plan, step by step. It may be stopped anywhere: run again, and it goes on."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from app.records.setup_objects import SetupObjects
from app.setup.marker import Marker
from app.setup.objects import Account, Remote
from app.setup.plan import WRITTEN, changes
from app.setup.planner import Item, SetupPlan
from app.setup.values import references_in, resolved
from integrations.errors import Conflict, IntegrationError, Invalid, NotFound, Refused, UnknownOutcome

LOOKS_AGAIN_SECONDS = (0.5, 2.0, 5.0)


@dataclass
class Applied:
    done: list[Item] = field(default_factory=list)
    failed: list[tuple[Item, str]] = field(default_factory=list)
    open: list[Item] = field(default_factory=list)
    """What was not tried, because something before it ended the run."""


@dataclass(frozen=True)
class Applier:
    account: Account
    records: SetupObjects
    shown: Callable[[Item, str], None]
    """Called after each step, with what went wrong; empty: nothing."""
    before_calls: Callable[[], None] = lambda: None
    """Called each time before something is switched on that calls us."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep

    def apply(self, plan: SetupPlan, *, only: Sequence[str] = (), restore: Sequence[str] = ()) -> Applied:
        """`only`: nothing but these keys or kinds; `restore`: also undo what was done to these by hand."""
        applied = Applied()
        self.record_unchanged(plan)
        chosen = [item for item in plan.items if _is_chosen(item, only, restore)]
        queue = _in_order(chosen)
        while queue and not applied.open:
            item, wrong = queue.popleft(), ""
            try:
                rest = self._one(item, plan, applied)
            except (Invalid, NotFound, Refused, Conflict) as error:
                wrong = _in_its_words(error)
            except IntegrationError as error:
                wrong = _in_its_words(error)
                applied.open = [*queue]
            else:
                if rest is not None:
                    queue.append(rest)
                    continue
                applied.done.append(item)
            if wrong:
                applied.failed.append((item, wrong))
            self.shown(item, wrong)
        return applied

    def adopt(self, item: Item) -> None:
        """Put our marker on it, and change nothing else: the next plan says what differs."""
        if item.found is not None:
            self._save(item, item.kind.mark(self.account, item.found, self._marker(item)))

    def record_unchanged(self, plan: SetupPlan) -> None:
        """So that what a person changes later is known for it, also where the last run was killed before its record."""
        for item in plan.items:
            known = self.account.recorded.get(item.step.key)
            if item.step.verb == "unchanged" and item.found is not None and item.kind.drifts:
                secret = {"secret": known.last_applied["secret"]} if known and "secret" in known.last_applied else {}
                found = replace(item.found, values={**item.found.values, **secret})
                if known is None or known.remote_id != found.remote_id or known.last_applied != found.values:
                    self._save(item, found)

    def _one(self, item: Item, plan: SetupPlan, applied: Applied) -> Item | None:
        """What is left of it for the end of the run."""
        values = resolved(item.kind.prepared(self.account, item.values), plan.ids)
        missing = references_in(values)
        if missing:
            raise Invalid("setup", f"not done, because there is no {', '.join(sorted(missing))}", "waits")
        item = replace(item, values=values, otherwise=resolved(item.otherwise, plan.ids))
        if item.step.verb == "unwanted" and item.found is not None:
            self._save(item, item.kind.deactivate(self.account, item.found))
            return None
        if _switches_on(item) and item.found is None:
            return replace(item, found=self._written(replace(item, values={**values, "active": False}), plan))
        if _switches_on(item):
            _refuse_calls_into_nothing(item, plan, applied)
            self.before_calls()
        self._written(item, plan)
        return None

    def _written(self, item: Item, plan: SetupPlan) -> Remote:
        try:
            found = self._sent(item)
        except Invalid as error:
            if not item.otherwise or not error.reason.startswith("http_"):
                raise
            item = replace(item, values=item.otherwise)
            found = self._sent(item)
        plan.ids[item.step.key] = found.remote_id
        self._save(item, found)
        untaken = changes(item.values, found.values)
        if untaken:
            names = ", ".join(one.name for one in untaken)
            raise Invalid(item.kind.service, f"the server did not take {names}", "not_taken")
        return found

    def _sent(self, item: Item) -> Remote:
        return self._created(item) if item.found is None else self._changed(item, item.found)

    def _created(self, item: Item) -> Remote:
        try:
            return item.kind.create(self.account, item.step.key, item.values, self._marker(item))
        except UnknownOutcome:
            # It bears its marker, so it says itself whether it is there.
            for seconds in LOOKS_AGAIN_SECONDS:
                self.sleep(seconds)
                found = self._ours(item)
                if found is not None:
                    # Nobody can see whether its secret arrived: send it again.
                    lacks = "secret" in item.values
                    return item.kind.change(self.account, found, item.values, self._marker(item)) if lacks else found
            raise

    def _changed(self, item: Item, planned: Remote) -> Remote:
        """Read once more: what somebody did since the plan was made is not overwritten."""
        current = item.kind.read_one(self.account, planned.remote_id)
        if current is None:
            raise NotFound(item.kind.service, "it was deleted since the plan was made", "gone")
        if current.values != planned.values:
            raise Invalid(item.kind.service, "it was changed since the plan was made; plan again", "moved")
        try:
            return item.kind.change(self.account, current, item.values, self._marker(item))
        except UnknownOutcome:
            self.sleep(LOOKS_AGAIN_SECONDS[0])
            found = item.kind.read_one(self.account, planned.remote_id)
            if found is None or changes(item.values, found.values):
                raise
            return found

    def _ours(self, item: Item) -> Remote | None:
        marker = self._marker(item)
        return next(
            (
                one
                for one in item.kind.read(self.account)
                if one.marker == marker or (item.kind.by_title and one.values.items() >= item.values.items())
            ),
            None,
        )

    def _save(self, item: Item, found: Remote) -> None:
        key, instance = item.step.key, self.account.instance
        self.records.save(instance, key, found.remote_id, found.values, now=self.now().isoformat())

    def _marker(self, item: Item) -> Marker:
        return Marker(item.step.key, self.account.instance)


def _in_its_words(error: IntegrationError) -> str:
    """With what the server says of it: here nothing of it quotes a customer."""
    wait = getattr(error, "retry_after", None)
    said = "; ".join(text for texts in getattr(error, "fields", {}).values() for text in texts)
    return f"{error}{f' ({said})' if said else ''}{f'; it asks to wait for {wait:.0f} s' if wait else ''}"


def _in_order(chosen: Sequence[Item]) -> deque[Item]:
    """Callers are switched off before what they call, and on after it: a run that ends early calls into no void."""
    off = [item for item in reversed(chosen) if item.step.verb == "unwanted"]
    made = [item for item in chosen if item.step.verb != "unwanted"]
    on = [item for item in made if item.found is not None and _switches_on(item)]
    return deque([*(item for item in made if item.found is None or not _switches_on(item)), *off, *on])


def _switches_on(item: Item) -> bool:
    was_on = item.found is not None and item.found.is_active
    return bool(item.kind.calls) and item.values.get("active") is True and not was_on


def _refuse_calls_into_nothing(item: Item, plan: SetupPlan, applied: Applied) -> None:
    needed = (one.step for one in plan.items if one.step.kind in item.kind.calls)
    left = {one.key for one in needed if one.verb in {"create", "change", "adopt", "manual"}}
    left -= {one.step.key for one in applied.done}
    if left:
        raise Invalid("setup", f"it stays switched off until {' and '.join(sorted(left))} is done", "waits")


def _is_chosen(item: Item, only: Sequence[str], restore: Sequence[str]) -> bool:
    step = item.step
    if step.key in restore:
        return step.verb in {"drifted", "conflict"}
    return step.verb in WRITTEN and (not only or step.key in only or step.kind in only)
