"""Warnings about rules that load and are probably not what was meant: a function each, its docstring the reason."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.rules.actions import ACTIONS
from app.rules.examples import RuleExample
from app.rules.implication import implies
from app.rules.loading import Rules
from app.rules.parsing.positions import Path, Position, Positions, Problem
from app.rules.phrase_lint import (
    all_conditions,
    contained_phrase,
    cut_phrase,
    lookalike_letter,
    one_letter_phrase,
    quoted_phrase,
)
from app.rules.placeholders import DOCS_NAMES, ISSUE_NAMES, Text
from app.rules.schema.macros import TemplateConfig
from app.rules.shipped_lists import named

_EXAMPLE_DOMAIN: Final = re.compile(r"@(?:[\w.-]+\.)?(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)>?\s*\Z")
_REASONS: Final = ("done", "not_planned", "unexplained", "duplicate", "moved", "gone", "reopened", "incident_over")


@dataclass(frozen=True, slots=True)
class Finding:
    """A warning at a place."""

    name: str
    file: str
    position: Position
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.position.line}:{self.position.column}: {self.name}: {place}{self.message}"


Check = Callable[[Rules, Sequence[RuleExample]], Iterator[Problem]]


def _unused(places: Positions, key: str, names: Iterable[str], used: Container[str]) -> Iterator[Problem]:
    for name in names:
        if name not in used:
            yield places.problem((key, name), "nothing refers to it")


def shadowed_route(rules: Rules, _: Sequence[RuleExample]) -> Iterator[Problem]:
    """A route that can never decide: whenever it holds, one that is asked earlier holds as well."""
    routes, lists = rules.routing.routes, rules.routing.vocabulary
    order = sorted(range(len(routes)), key=lambda index: (routes[index].before != "language", index))
    for position, index in enumerate(order):
        for earlier in order[:position]:
            if (
                earlier not in rules.matcher.shadows
                and not rules.routing.archetypes[routes[earlier].archetype].channels
                and (earlier in rules.matcher.for_comments or index not in rules.matcher.for_comments)
                and implies(routes[index].when, routes[earlier].when, lists)
            ):
                at = rules.positions.at(("routes", earlier)).line
                message = (
                    f"`{routes[index].name}` is never reached: `{routes[earlier].name}` (line {at}) takes all of it"
                )
                yield rules.positions.problem(("routes", index), message)
                break


def duplicate_name(rules: Rules, examples: Sequence[RuleExample]) -> Iterator[Problem]:
    """Two routes, remarks, guards or examples of one name: nobody can tell which one a report is about."""
    for key in ("routes", "remarks", "guards"):
        lines: dict[str, int] = {}
        for index, one in enumerate(getattr(rules.routing, key)):
            if one.name in lines:
                message = f"`{one.name}` is also the name of the one in line {lines[one.name]}"
                yield rules.positions.problem((key, index, "name"), message)
            lines.setdefault(one.name, rules.positions.at((key, index)).line)
    lines = {}
    for example in examples:
        if example.name in lines:
            message = f"`{example.name}` is also the name of the one in line {lines[example.name]}"
            yield Problem(example.file, example.position, example.path, message)
        lines.setdefault(example.name, example.position.line)


def unused_macro(rules: Rules, _: Sequence[RuleExample]) -> Iterator[Problem]:
    """A macro or template that nothing refers to."""
    used, templates = _named("macro", rules), _named("template", rules)
    closing = rules.routing.closing
    used.update(macro for reason in _REASONS if (macro := getattr(closing, reason).macro))
    used.update({closing.team_answer} if closing.team_answer else ())
    # One about the documentation waits for `docs:`.
    docs = rules.routing.docs
    used.update({docs.reply} if docs and docs.reply else ())
    for name, macro in rules.macros.macros.items():
        if macro.language or (docs is None and DOCS_NAMES.intersection(macro.placeholders)):
            used.add(name)
    used.update(remark.macro for remark in rules.routing.remarks if remark.macro)
    yield from _unused(rules.macro_positions, "macros", rules.macros.macros, used)
    yield from _unused(rules.macro_positions, "templates", rules.macros.templates, templates)


def unused_tracker(rules: Rules, _: Sequence[RuleExample]) -> Iterator[Problem]:
    """A tracker that no archetype opens issues in or searches."""
    used = _named("tracker", rules)
    yield from _unused(rules.positions, "trackers", rules.routing.trackers, used)


def unused_list(rules: Rules, _: Sequence[RuleExample]) -> Iterator[Problem]:
    """A list of `vocabulary` that no condition uses."""
    used = {name for _, when in all_conditions(rules) for phrase in when.phrases or () if (name := named(phrase))}
    yield from _unused(rules.positions, "vocabulary", rules.routing.vocabulary, used)


def unused_placeholder(rules: Rules, _: Sequence[RuleExample]) -> Iterator[Problem]:
    """A declared placeholder that no text of its macro has."""
    entries = {("macros", name): one for name, one in rules.macros.macros.items()} | {
        ("templates", name): one for name, one in rules.macros.templates.items()
    }
    for path, entry in entries.items():
        texts = (entry.text,) if isinstance(entry, TemplateConfig) else entry.every_text()
        used = {name for text in texts for name in Text(text).get_identifiers()}
        for number, name in enumerate(entry.placeholders):
            if name not in used:
                place = (*path, "placeholders", number)
                yield rules.macro_positions.problem(place, f"`{name}` is declared and not used")


def archetype_without_example(rules: Rules, examples: Sequence[RuleExample]) -> Iterator[Problem]:
    """An archetype that no example in routing.tests.yaml expects."""
    shown = {example.expect.archetype for example in examples}
    for name in rules.routing.archetypes:
        if name not in shown:
            yield rules.positions.problem(("archetypes", name), f"no example expects `{name}`")


def reply_cannot_be_sent(rules: Rules, _: Sequence[RuleExample]) -> Iterator[Problem]:
    """A live reply on a channel that Zendesk cannot deliver to: there it can only be suggested."""
    elsewhere = {name for name, channel in rules.routing.channels.items() if channel.reply == "elsewhere"}
    for name, archetype in rules.routing.archetypes.items():
        if archetype.reply is None:
            continue
        path: Path = ("archetypes", name, "reply")
        for number, channel in enumerate(archetype.reply.live_on):
            if channel in elsewhere:
                message = f"`{channel}` cannot be answered from Zendesk"
                yield rules.positions.problem((*path, "live_on", number), message)
        if elsewhere and archetype.reply.mode == "live":
            message = (
                f"live everywhere, but {', '.join(sorted(elsewhere))} cannot be answered from Zendesk; use `live_on`"
            )
            yield rules.positions.problem((*path, "mode"), message)


def live_reply_without_cap(rules: Rules, _: Sequence[RuleExample]) -> Iterator[Problem]:
    """A reply that is sent without a person, and nothing stops it when a rule goes wrong."""
    defaults = rules.routing.defaults
    for name, archetype in rules.routing.archetypes.items():
        reply = archetype.reply
        live = reply and (reply.live_on or (reply.mode or defaults.reply) == "live")
        capped = (archetype.caps and archetype.caps.reply is not None) or defaults.caps.reply is not None
        if live and not capped:
            message = "replies are sent without a limit: give `caps: {reply: N}`"
            yield rules.positions.problem(("archetypes", name, "reply"), message)


def reply_never_names_issue(rules: Rules, _: Sequence[RuleExample]) -> Iterator[Problem]:
    """A reply that names the issue, where all issues are confidential: it is never made."""
    for name, archetype in rules.routing.archetypes.items():
        if archetype.reply is None or archetype.issue is None or archetype.issue.confidential != "always":
            continue
        macro = rules.macros.macros[archetype.reply.macro]
        texts = (macro.without_issue or macro.text).values()
        if all(ISSUE_NAMES & {*Text(text).get_identifiers()} for text in texts):
            message = f"`{archetype.reply.macro}` names the issue, and all of them are confidential"
            yield rules.positions.problem(("archetypes", name, "reply", "macro"), message)


def example_address(rules: Rules, _: Sequence[RuleExample]) -> Iterator[Problem]:
    """A forward address of a domain that nobody has: put your own there."""
    for name, archetype in rules.routing.archetypes.items():
        to = archetype.forward.to if archetype.forward else None
        if to and _EXAMPLE_DOMAIN.search(to.lower()):
            yield rules.positions.problem(
                ("archetypes", name, "forward", "to"), f"nobody reads `{to}`: put your own there"
            )


CHECKS: Final[tuple[Check, ...]] = (
    shadowed_route,
    duplicate_name,
    unused_macro,
    unused_tracker,
    unused_list,
    unused_placeholder,
    contained_phrase,
    cut_phrase,
    lookalike_letter,
    quoted_phrase,
    one_letter_phrase,
    archetype_without_example,
    reply_cannot_be_sent,
    live_reply_without_cap,
    reply_never_names_issue,
    example_address,
)


def lint(rules: Rules, examples: Sequence[RuleExample]) -> list[Finding]:
    """All warnings, in the files' order."""
    found = [
        Finding(check.__name__, one.file, one.position, one.path, one.message)
        for check in CHECKS
        for one in check(rules, examples)
    ]
    return sorted(found, key=lambda finding: (finding.file != rules.positions.file, finding.file, finding.position))


def _named(kind: str, rules: Rules) -> set[str]:
    """Names of this kind that an action of any archetype refers to."""
    return {
        reference.name
        for archetype in rules.routing.archetypes.values()
        for action in ACTIONS
        for reference in action.references(archetype)
        if reference.kind == kind
    }
