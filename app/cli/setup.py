"""`pointsman setup`: shows the plan, asks, and carries it out."""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rich.console import Console

from app.cli import setup_shown as shown
from app.cli.console import print_line, print_wrapped
from app.cli.errors import NotDone
from app.cli.setup_lock import locked
from app.records.records import Records
from app.records.setup_objects import SetupObjects
from app.rules.files import read_rules
from app.rules.parsing.problems import nearest
from app.settings import setup_settings
from app.setup import definitions
from app.setup.apply import Applier
from app.setup.connect import connect
from app.setup.doctor.send_test import tried_before_calls
from app.setup.objects import Account
from app.setup.plan import WRITTEN, Step, as_json
from app.setup.planner import Item, SetupPlan, make_plan

NOTHING_TO_DO, FAILED, SOMETHING_TO_DO = 0, 1, 2


def show_plan(console: Console, routing: Path, macros: Path, *, as_json_text: bool, verbose: bool) -> int:
    with account_of(routing, macros) as (account, records):
        plan = _plan(account, records.setup_objects)
    if as_json_text:
        print_line(console, json.dumps(as_json(plan.steps), ensure_ascii=False))
    else:
        shown.show(console, plan.steps, verbose=verbose)
    return SOMETHING_TO_DO if any(step.is_work for step in plan.steps) else NOTHING_TO_DO


@dataclass(frozen=True)
class Chosen:
    """Keys and kinds that were named on the command line."""

    only: Sequence[str] = ()
    restore: Sequence[str] = ()
    adopt: Sequence[str] = ()

    def is_work(self, step: Step) -> bool:
        if step.key in (*self.restore, *self.adopt):
            return step.is_work
        return step.verb in WRITTEN and (not self.only or step.key in self.only or step.kind in self.only)


def apply(
    console: Console,
    routing: Path,
    macros: Path,
    chosen: Chosen = Chosen(),
    *,
    yes: bool = False,
    brief: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> int:
    """`brief`: counts instead of a line for each thing; what fails is always said."""
    show_plan = shown.show_counts if brief else shown.show
    with account_of(routing, macros, environ=environ) as (account, records), locked(records.setup_objects) as lock:
        plan = _plan(account, records.setup_objects)
        _refuse_unknown_keys(plan, [*chosen.only, *chosen.restore, *chosen.adopt])
        _refuse_needless_keys(plan, chosen)

        def said(item: Item, wrong: str) -> None:
            lock.take()
            if wrong or not brief:
                shown.show_done(console, item.step, wrong)

        @cache
        def tried() -> None:
            if not brief:
                print_wrapped(console, tried_before_calls(account), indent=0)

        applier = Applier(account, records.setup_objects, said, tried)
        show_plan(console, plan.steps)
        if not any(map(chosen.is_work, plan.steps)):
            applier.record_unchanged(plan)
            print_line(console, "There is nothing to apply.")
            return _after(plan)
        if not yes and not _agreed(console):
            raise NotDone("Nothing was written.")
        if chosen.adopt:  # only the markers: what the YAML would change then is shown, and not done
            for item in plan.items:
                if item.step.key in chosen.adopt:
                    applier.adopt(item)
                    said(item, "")
            plan = _plan(account, records.setup_objects)
            show_plan(console, plan.steps)
            return _after(plan)
        return _carry_out(console, applier, plan, chosen, brief=brief)


def _carry_out(console: Console, applier: Applier, plan: SetupPlan, chosen: Chosen, *, brief: bool) -> int:
    while True:
        applied = applier.apply(plan, only=chosen.only, restore=chosen.restore)
        shown.show_end(console, applied)
        if not brief:
            _show_new_secrets(console, applier.account)
        if applied.failed or applied.open:
            return FAILED
        plan = _plan(applier.account, applier.records)
        # What was made again has another id: what names it follows.
        if not chosen.restore or not any(item.step.verb == "change" for item in plan.items):
            return _after(plan)


def _show_new_secrets(console: Console, account: Account) -> None:
    new = [secret for secret in (account.zendesk_secret, account.gitlab_secret) if secret.is_new]
    if new:
        files = " and ".join(secret.file for secret in new)
        said = f"New in {files}. The service reads it when it starts: if it runs, start it again."
        print_wrapped(console, said, indent=0)
    for secret in new:
        secret.is_new = False


def apply_briefly(console: Console, environ: Mapping[str, str], routing: Path, macros: Path) -> None:
    """`pointsman setup apply --brief --yes`, for the demo. Raises NotDone."""
    if apply(console, routing, macros, yes=True, brief=True, environ=environ) == FAILED:
        raise NotDone("The sandbox was not set up.")


def accept(console: Console, routing: Path, macros: Path, key: str) -> int:
    """Print the YAML that keeps what a person changed by hand."""
    with account_of(routing, macros) as (account, records):
        plan = _plan(account, records.setup_objects)
    _refuse_unknown_keys(plan, [key])
    item = next(one for one in plan.items if one.step.key == key)
    if item.step.verb not in {"drifted", "conflict"}:
        raise NotDone(f"Nobody changed {key} by hand.")
    if not item.step.fields:
        raise NotDone(f"{key}: {item.step.reason}. Or take it out of the YAML.")
    print_line(console, shown.kept_as_yaml(item.step))
    return NOTHING_TO_DO


def delete(console: Console, routing: Path, macros: Path, key: str, *, yes: bool) -> int:
    """The one way to delete something: by its key, after saying what is lost."""
    with account_of(routing, macros) as (account, records), locked(records.setup_objects):
        plan = _plan(account, records.setup_objects)
        _refuse_unknown_keys(plan, [key])
        item = next(one for one in plan.items if one.step.key == key)
        if item.found is None or item.found.marker is None:
            raise NotDone(f"{key} is not there, or is not ours.")
        print_line(console, f"This deletes {item.found.title} for good. {item.kind.lost}".rstrip())
        if not yes and not _agreed(console):
            raise NotDone("Nothing was deleted.")
        item.kind.delete(account, item.found)
        records.setup_objects.forget(account.instance, key)
        print_line(console, f"Deleted {key}.")
    return NOTHING_TO_DO


@contextmanager
def account_of(
    routing: Path, macros: Path, *, needs_admin: bool = True, environ: Mapping[str, str] = os.environ
) -> Iterator[tuple[Account, Records]]:
    settings = setup_settings(environ)
    rules = read_rules(routing, macros)
    records = Records.open(settings.database_url)
    try:
        account = connect(settings, environ, rules, needs_admin=needs_admin)
        try:
            yield account, records
        finally:
            account.zendesk.close()
            account.gitlab.close()
    finally:
        records.close()


def _plan(account: Account, records: SetupObjects) -> SetupPlan:
    plan = make_plan(account, records.all(account.instance))
    keys = {item.step.key for item in plan.items}
    for key in account.rules.routing.setup.keep:
        if key not in keys:
            place, likely = account.place("setup", "keep", key), nearest(key, keys)
            raise NotDone(f"{place}: setup.keep: there is no {key}{f'; {likely}' if likely else ''}")
    problems = definitions.problems(account, plan.items)
    if problems:
        raise NotDone("\n".join(("Zendesk would refuse this:", *(f"  - {one}" for one in problems))))
    return plan


def _refuse_unknown_keys(plan: SetupPlan, keys: Sequence[str]) -> None:
    known = {item.step.key for item in plan.items} | {item.step.kind for item in plan.items}
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise NotDone(f"The plan has no {unknown[0]}; {nearest(unknown[0], known)}")


def _refuse_needless_keys(plan: SetupPlan, chosen: Chosen) -> None:
    verbs = {item.step.key: item.step.verb for item in plan.items if item.step.verb != "copy"}
    for keys, wanted, said in (
        (chosen.restore, {"drifted", "conflict"}, "nobody changed it by hand"),
        (chosen.adopt, {"adopt", "drifted"}, "nothing of its name is there that is not ours"),
    ):
        for key in keys:
            if verbs.get(key) not in wanted:
                raise NotDone(f"{key}: {said}.")


def _agreed(console: Console) -> bool:
    if not sys.stdin.isatty():
        raise NotDone("Nobody can be asked here: use --yes.")
    return console.input("Carry this out? [y/N] ").strip().lower() in {"y", "yes"}


def _after(plan: SetupPlan) -> int:
    return SOMETHING_TO_DO if any(step.is_work for step in plan.steps) else NOTHING_TO_DO
