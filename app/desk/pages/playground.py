"""Playground: what edited rules would make of a text, before anybody puts them in force. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from app.desk.page import Content, FormDep, Page, Visit, VisitDep
from app.desk.query import read_form
from app.rules.draft import FILES, TESTS, CheckedDraft, Draft
from app.rules.files import read_text
from app.rules.json_schema import json_schema
from app.rules.loading import Rules
from app.rules.parsing.fixes import proposed_fix
from app.rules.parsing.positions import BadRules
from app.work.operations.draft_checks import Superseded
from app.work.operations.playground import Trial

LONGEST_TEXT = 64 * 1024
BACKTESTS = (100, 1000, 5000)


class PlaygroundQuery(BaseModel):
    """What the address of the page says. `ticket`: the text of its last decision; `rules`: an older version."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    subject: Annotated[str, Field(max_length=1000)] = ""
    channel: Annotated[str, Field(max_length=64)] = ""
    sender: Annotated[str, Field(max_length=200, alias="from")] = ""
    public: Literal["", "yes", "no"] = ""
    ticket: Annotated[int | None, Field(ge=1, le=2**63 - 1)] = None
    rules: Annotated[str, Field(pattern="^([0-9a-f]{16})?$")] = ""


@dataclass(frozen=True)
class _Tried:
    """What was written on the page, and what came of it."""

    query: PlaygroundQuery
    draft: Draft
    checked: CheckedDraft
    trial: Trial | None = None
    wrong: str = ""
    """What is wrong with the ticket."""
    tests: Mapping[str, Any] | None = None


def read(visit: VisitDep, query: Annotated[PlaygroundQuery, Query()]) -> Content:
    if query.ticket is not None:
        query = _of_ticket(visit, query, query.ticket)
    rules = visit.service.deps.rulebook.current()
    draft = _in_force(visit, rules)
    if not query.rules or query.rules == rules.hash:
        return _content(visit, _asked(visit, _Tried(query, draft, CheckedDraft(draft, rules))))
    version = visit.records.config_versions.get(query.rules)
    if version is None:
        raise HTTPException(404, f"Rules with the hash {query.rules} were never in force here.")
    draft = replace(draft, routing=version.routing, macros=version.macros)
    return _content(visit, _asked(visit, _Tried(query, draft, checked_draft(visit, draft))))


def check(visit: VisitDep, form: FormDep) -> Content:
    """The form, sent: the page again, with what the service says of it."""
    written = ("text", "subject", "channel", "from", "public")
    query = read_form(PlaygroundQuery, {name: form.get(name, "") for name in written})
    draft = draft_of(visit, form)
    tried = _asked(visit, _Tried(query, draft, checked_draft(visit, draft)))
    if form.get("run") == "tests":
        tried = replace(tried, tests=_tests(visit, tried.checked))
    return _content(visit, tried)


def draft_of(visit: Visit, form: Mapping[str, str]) -> Draft:
    """The three files of a form; one that is left out is as it is in force. Browsers end lines their own way."""
    in_force = _in_force(visit, visit.service.deps.rulebook.current()).texts
    written = {name: form.get(name, text) for name, text in in_force.items()}
    return Draft(*(text.replace("\r\n", "\n").replace("\r", "\n") for text in written.values()))


def _in_force(visit: Visit, rules: Rules) -> Draft:
    return Draft(rules.routing_text, rules.macros_text, _examples_beside(visit.service.deps.settings.routing_file))


def _examples_beside(routing_file: Path) -> str:
    """Empty where there are none, or nobody can read them."""
    try:
        return read_text(routing_file.with_name(TESTS))
    except (OSError, BadRules):
        return ""


def checked_draft(visit: Visit, draft: Draft) -> CheckedDraft:
    try:
        return visit.service.playground.check(draft, visit.visitor.digest)
    except Superseded:
        raise HTTPException(409, "You changed it again meanwhile.") from None


def _of_ticket(visit: Visit, query: PlaygroundQuery, ticket_id: int) -> PlaygroundQuery:
    """The ticket as it was when it was decided."""
    found = next((one for one in visit.records.decisions.of_ticket(ticket_id) if one.ticket), None)
    if found is None:
        raise HTTPException(404, f"The text of ticket {ticket_id} is not kept here.")
    ticket, requester = found.ticket, found.ticket.get("requester") or {}
    public = "" if ticket.get("public") is None else "yes" if ticket["public"] else "no"
    sender = requester.get("handle") or requester.get("email") or ""
    known = {"text": ticket.get("body", ""), "subject": ticket.get("subject", ""), "channel": found.channel}
    return query.model_copy(update={**known, "sender": sender, "public": public})


def _asked(visit: Visit, tried: _Tried) -> _Tried:
    query = tried.query
    if not query.text.strip() and not query.subject.strip():
        return tried
    try:
        return replace(tried, trial=visit.service.playground.try_out(tried.checked.rules, _written(query)))
    except ValueError as error:
        return replace(tried, wrong=str(error))


def _written(query: PlaygroundQuery) -> dict[str, Any]:
    """As a ticket in routing.tests.yaml is written."""
    given: dict[str, Any] = {"subject": query.subject, "body": query.text}
    if query.channel:
        given["channel"] = query.channel
    if query.public:
        given["public"] = query.public == "yes"
    if query.sender:
        is_address = "@" in query.sender[1:]
        given["requester"] = {"email" if is_address else "handle": query.sender}
    return given


def _tests(visit: Visit, checked: CheckedDraft) -> dict[str, Any]:
    results = visit.service.playground.test(checked)
    if results is None:
        return {"run": 0, "passed": 0, "left_out": 0, "too_slow": True, "failed": []}
    failed = [one for one in results if not one.passed]
    return {
        "run": len(results),
        "left_out": len(checked.examples) - len(results),
        "too_slow": False,
        "passed": len(results) - len(failed),
        "failed": [
            {"name": one.example.name, "line": one.example.position.line, "differences": list(one.differences)}
            for one in failed
        ],
    }


def _content(visit: Visit, tried: _Tried) -> Content:
    rules = visit.service.deps.rulebook.current()
    in_force, texts, checked = _in_force(visit, rules).texts, tried.draft.texts, tried.checked
    routing = (checked.rules or rules).routing
    return {
        "ticket": tried.query.model_dump(by_alias=True, include={"text", "subject", "channel", "sender", "public"}),
        "channels": {name: one.title for name, one in routing.channels.items()},
        "files": texts,
        "changed": {name: changed_lines(in_force[name], texts[name]) for name in FILES},
        "in_force": rules.hash,
        "edited": checked.rules.hash if checked.rules else None,
        "problems": [{**_place(one), "message": _message(one), "fix": _fix(one, texts)} for one in checked.problems],
        "warnings": [{**_place(one), "message": f"{one.name}: {one.message}", "fix": None} for one in checked.warnings],
        "wrong": tried.wrong,
        "verdicts": _verdicts(tried.trial) if tried.trial else None,
        "tests": tried.tests,
        "backtests": BACKTESTS,
    }


def _place(one: Any) -> dict[str, Any]:
    return {"file": one.file, "line": one.position.line, "column": one.position.column, "path": one.path}


def _message(problem: Any) -> str:
    """Without the place, which stands beside it."""
    return str(replace(problem, path="")).split(": ", 1)[1]


def _fix(problem: Any, texts: Mapping[str, str]) -> dict[str, Any] | None:
    fix = proposed_fix(problem, texts.get(problem.file, ""))
    return asdict(fix) if fix else None


def _verdicts(trial: Trial) -> dict[str, Any]:
    edited = trial.edited
    return {
        "in_force": trial.in_force.model_dump(mode="json", exclude={"trace"}),
        "edited": edited.model_dump(mode="json", exclude={"trace"}) if edited else None,
        "differences": [asdict(one) for one in trial.differences],
    }


def changed_lines(before: str, after: str) -> int:
    """How many lines lie between the first and the last one that differ."""
    old, new = before.split("\n"), after.split("\n")
    while old and new and old[-1] == new[-1]:
        old.pop()
        new.pop()
    same = next(
        (at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), min(len(old), len(new))
    )
    return max(len(old), len(new)) - same


@cache
def schemas() -> Content:
    """What may stand in the files, for the editor's completion."""
    return dict(zip(FILES, map(json_schema, ("routing", "macros", "tests")), strict=True))


PAGE = Page("/desk/playground", "Playground", "playground.html", read, nav="Playground", key="p", is_live=False)
CHECK = replace(PAGE, read=check)
SCHEMAS = Page("/desk/playground/schemas", "", "", schemas)
