"""Checks what no single value shows.

Names that refer to nothing, placeholders that are unknown where a text is used, conditions that say nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from app.rules.actions import ACTIONS
from app.rules.channels import OTHER
from app.rules.conditions import KINDS
from app.rules.macros import DEFAULT, OPTIONAL
from app.rules.parsing.pieces import Pieces
from app.rules.parsing.positions import Path, Positions, Problem
from app.rules.parsing.problems import nearest
from app.rules.placeholders import (
    ISSUE_NAMES,
    REPLY_PLACEHOLDERS,
    TEMPLATE_PLACEHOLDERS,
    Needs,
    Placeholder,
    Text,
)
from app.rules.routing import ConditionsConfig, RemarkConfig
from app.rules.schema.macros import MacroConfig
from app.rules.schema.mentions import JsonHookConfig
from app.rules.shipped_lists import named, pattern_lists, phrase_lists


@dataclass(frozen=True)
class _Checked:
    pieces: Pieces
    places: Positions
    macro_places: Positions

    def known(self, kind: str, name: str, path: Path, *, also: tuple[str, ...] = ()) -> Iterator[Problem]:
        """Yield a problem when nothing of this kind has the name."""
        known = (*self.pieces.names[kind], *also)
        if name not in known:
            yield _unknown(self.places, path, f"there is no {kind} `{name}`", name, known)

    def macro(self, name: str | None, path: Path, *, has: Iterable[Needs]) -> Iterator[Problem]:
        """Yield a problem when the macro does not exist, or needs what is not known here."""
        if name is None:
            return
        yield from self.known("macro", name, path)
        macro = self.pieces.macros.get(name)
        for placeholder, needs in _needs(macro) if macro else ():
            if needs not in has:
                message = f"macro `{name}` needs `{placeholder}`, but there is no {needs} here"
                yield self.places.problem(path, message, value=True)


def check_references(pieces: Pieces, places: Positions, macro_places: Positions) -> list[Problem]:
    """All problems, in the files' order."""
    checked = _Checked(pieces, places, macro_places)
    problems = [
        *_texts(checked),
        *_archetypes(checked),
        *_closing(checked),
        *_languages(checked),
        *_channels(checked),
        *_feeds(checked),
        *_docs(checked),
        *_views(checked),
        *_routes(checked),
    ]
    return sorted(set(problems), key=lambda problem: (problem.file != places.file, problem.position, problem.message))


def _unknown(places: Positions, path: Path, message: str, name: str, known: Iterable[str]) -> Problem:
    likely = nearest(name, known)
    expected = "" if likely else f"one of {', '.join(known) or '(there is none)'}"
    return places.problem(path, message, value=True, expected=expected, suggestion=likely)


def _texts(checked: _Checked) -> Iterator[Problem]:
    places = checked.macro_places
    channels = (*checked.pieces.names["channel"], OTHER, DEFAULT)
    for name, macro in checked.pieces.macros.items():
        path: Path = ("macros", name)
        for key, texts in (("text", macro.text), ("shorter", macro.shorter), ("without_issue", macro.without_issue)):
            if DEFAULT not in texts and (key == "text" or (texts and key == "without_issue")):
                yield places.problem((*path, key), "has no `default`, which every other channel gets")
            for channel, text in texts.items():
                here: Path = (*path, key, channel)
                if channel not in channels:
                    yield _unknown(places, here, f"there is no channel `{channel}`", channel, channels)
                yield from _placeholders(text, macro.placeholders, REPLY_PLACEHOLDERS, places, here)
                yield from _lost_lines(text, places, here)
                if key == "without_issue" and (names := ISSUE_NAMES & {*Text(text).get_identifiers()}):
                    message = f"names the issue by {', '.join(sorted(names))}, but it is for confidential issues"
                    yield places.problem(here, message)
        yield from _declared(macro.placeholders, REPLY_PLACEHOLDERS, places, path)
    for name, template in checked.pieces.templates.items():
        path = ("templates", name)
        yield from _placeholders(template.text, template.placeholders, TEMPLATE_PLACEHOLDERS, places, (*path, "text"))
        yield from _declared(template.placeholders, TEMPLATE_PLACEHOLDERS, places, path)


def _placeholders(
    text: str, declared: tuple[str, ...], known: Mapping[str, Placeholder], places: Positions, path: Path
) -> Iterator[Problem]:
    if not Text(text).is_valid():
        yield places.problem(path, "a `$` that begins no placeholder", expected="`${name}`, or `$$` for a dollar sign")
    for name in Text(text).get_identifiers():
        if name not in known:
            yield _unknown(places, path, f"`${{{name}}}`: unknown placeholder", name, known)
        elif name not in declared:
            yield places.problem(path, f"`${{{name}}}` is not declared", expected=f"`{name}` under `placeholders:`")


def _lost_lines(text: str, places: Positions, path: Path) -> Iterator[Problem]:
    """A line with `${missing}` goes where nothing is missing: it must not take anything else with it."""
    lines = text.strip().splitlines()
    for line in lines:
        names = Text(line).get_identifiers()
        optional = next((name for name in OPTIONAL if name in names), None)
        if optional and (len(lines) == 1 or {*names} - {optional}):
            message = f"`${{{optional}}}` needs a line of its own, which is left out when there is nothing to ask"
            yield places.problem(path, message)


def _declared(
    declared: tuple[str, ...], known: Mapping[str, Placeholder], places: Positions, path: Path
) -> Iterator[Problem]:
    for number, name in enumerate(declared):
        if name not in known:
            here: Path = (*path, "placeholders", number)
            yield _unknown(places, here, f"`{name}`: unknown placeholder", name, known)


def _needs(macro: MacroConfig) -> set[tuple[str, Needs]]:
    used = {name for text in macro.every_text() for name in Text(text).get_identifiers()}
    return {(name, needs) for name in used if name in REPLY_PLACEHOLDERS and (needs := REPLY_PLACEHOLDERS[name].needs)}


def _archetypes(checked: _Checked) -> Iterator[Problem]:
    for name, archetype in checked.pieces.archetypes.items():
        provided = frozenset(needs for action in ACTIONS for needs in action.provides(archetype))
        docs = checked.pieces.docs
        provided |= {"documentation"} if docs and name in docs.archetypes else set()
        for one in (reference for action in ACTIONS for reference in action.references(archetype)):
            path: Path = ("archetypes", name, *one.path)
            if one.kind == "macro":
                yield from checked.macro(one.name, path, has=provided | one.knows)
            else:
                yield from checked.known(one.kind, one.name, path)
        for number, channel in enumerate(archetype.channels):
            yield from checked.known("channel", channel, ("archetypes", name, "channels", number), also=(OTHER,))


def _closing(checked: _Checked) -> Iterator[Problem]:
    for reason, entry in checked.pieces.closing.items():
        has: set[Needs] = {"issue", "incident"} if reason == "incident_over" else {"issue"}
        yield from checked.macro(entry.macro, ("closing", reason, "macro"), has=has)
    yield from checked.macro(checked.pieces.team_answer, ("closing", "team_answer"), has={"issue", "answer"})


def _languages(checked: _Checked) -> Iterator[Problem]:
    if checked.pieces.languages is not None:
        yield from checked.known("archetype", checked.pieces.languages.archetype, ("languages", "archetype"))


def _channels(checked: _Checked) -> Iterator[Problem]:
    for name, channel in checked.pieces.channels.items():
        for account, archetypes in channel.answer_as_addressed.items():
            for number, archetype in enumerate(archetypes):
                path: Path = ("channels", name, "answer_as_addressed", account, number)
                yield from checked.known("archetype", archetype, path)


def _views(checked: _Checked) -> Iterator[Problem]:
    for name, view in checked.pieces.views.items():
        for key, channels in (("channel", view.channel), ("not_channel", view.not_channel)):
            for channel in channels:
                yield from checked.known("channel", channel, ("setup", "views", name, key))


def _feeds(checked: _Checked) -> Iterator[Problem]:
    for name, feed in checked.pieces.feeds.items():
        yield from checked.known("channel", feed.channel, ("feeds", name, "channel"))
    for name, hook in checked.pieces.mentions.items():
        if hook.channel:
            yield from checked.known("channel", hook.channel, ("mentions", name, "channel"))
        for host, channel in hook.channels.items() if isinstance(hook, JsonHookConfig) else ():
            yield from checked.known("channel", channel, ("mentions", name, "channels", host))


def _docs(checked: _Checked) -> Iterator[Problem]:
    if docs := checked.pieces.docs:
        for number, archetype in enumerate(docs.archetypes):
            yield from checked.known("archetype", archetype, ("docs", "archetypes", number))
        yield from checked.macro(docs.reply, ("docs", "reply"), has={"documentation"})


def _routes(checked: _Checked) -> Iterator[Problem]:
    for name, phrases in checked.pieces.vocabulary.items():
        for number, phrase in enumerate(phrases):
            if named(phrase):
                path: Path = ("vocabulary", name, number)
                yield checked.places.problem(path, "a list cannot contain a list", value=True, found=f"`{phrase}`")
    for index, route in checked.pieces.routes.items():
        path = ("routes", index)
        yield from checked.known("archetype", route.archetype, (*path, "archetype"))
        yield from _conditions(checked, route.when, (*path, "when"), early=route.before == "language")
    for key, entries in (("remarks", checked.pieces.remarks), ("guards", checked.pieces.guards)):
        for index, entry in entries.items():
            path = (key, index)
            if isinstance(entry, RemarkConfig):
                yield from checked.macro(entry.macro, (*path, "macro"), has=())
            for number, archetype in enumerate(entry.archetypes):
                yield from checked.known("archetype", archetype, (*path, "archetypes", number))
            yield from _conditions(checked, entry.when, (*path, "when"), early=False)


def _conditions(checked: _Checked, when: ConditionsConfig, path: Path, *, early: bool) -> Iterator[Problem]:
    """`early`: asked before the language is known."""
    places = checked.places
    given = {kind.key: value for kind in KINDS if (value := getattr(when, kind.key)) is not None}
    nested = {key: members for key in ("all", "any", "none") if (members := getattr(when, key))}
    if not given and not nested:
        yield places.problem(path, "has no condition, so it would match every ticket")
    if "where" in when.model_fields_set and not {"phrases", "patterns"} & given.keys():
        message = "applies only to `phrases` and `patterns` beside it, and there are none"
        yield places.problem((*path, "in"), message, suggestion="move it to where they are")
    for key, value in given.items():
        if value == () or (isinstance(value, BaseModel) and not value.model_fields_set):
            yield places.problem((*path, key), "is empty, so it says nothing")
    if "language" in given and early:
        yield places.problem((*path, "language"), "is not known yet: the route is asked `before: language`")
    yield from _names_in(checked, when, path)
    for key, members in nested.items():
        for number, member in enumerate(members):
            yield from _conditions(checked, member, (*path, key, number), early=early)


def _names_in(checked: _Checked, when: ConditionsConfig, path: Path) -> Iterator[Problem]:
    for number, channel in enumerate(when.channel or ()):
        yield from checked.known("channel", channel, (*path, "channel", number), also=(OTHER,))
    for number, phrase in enumerate(when.phrases or ()):
        if name := named(phrase):
            yield from checked.known("list of phrases", name, (*path, "phrases", number), also=(*phrase_lists(),))
    for number, pattern in enumerate(when.patterns or ()):
        if (name := named(pattern)) and name not in pattern_lists():
            at: Path = (*path, "patterns", number)
            yield _unknown(checked.places, at, f"there is no list of patterns `{name}`", name, pattern_lists())
