"""How a plan of `pointsman setup` looks in a terminal."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from difflib import ndiff
from io import StringIO
from typing import Any, Final

from rich.console import Console
from ruamel.yaml import YAML

from app.cli.console import print_line, print_wrapped
from app.setup.apply import Applied
from app.setup.plan import FieldChange, Step, Verb

_LOOK: Final[dict[Verb, tuple[str, str, str]]] = {
    "create": ("+", "green", "to create"),
    "change": ("~", "yellow", "to change"),
    "unwanted": ("-", "yellow", "to switch off"),
    "drifted": ("!", "magenta", "changed by hand"),
    "conflict": ("!", "red", "changed by hand and in the YAML"),
    "adopt": ("?", "cyan", "not ours"),
    "copy": ("?", "cyan", "copied by hand"),
    "manual": ("*", "cyan", "for a person"),
    "unchanged": ("=", "dim", "unchanged"),
}
"""Sign, colour, and the words of the summary."""
_BY_HAND: Final = (
    "What was changed by hand stays. `pointsman setup apply --restore KEY` puts back what the YAML says; "
    "`--accept KEY` prints the YAML that keeps the change."
)
_NOTHING: Final = "(none)"


def show(console: Console, steps: Sequence[Step], *, verbose: bool = False) -> None:
    for step in steps:
        if step.verb != "unchanged" or verbose:
            _show_step(console, step, verbose=verbose)
    _show_sums(console, steps)


def show_counts(console: Console, steps: Sequence[Step]) -> None:
    """A line for each verb, with how many of each kind."""
    for verb, (sign, colour, words) in _LOOK.items():
        kinds = Counter(step.kind for step in steps if step.verb == verb)
        if kinds and verb != "unchanged":
            said = ", ".join(f"{kind} {count}" for kind, count in kinds.items())
            print_wrapped(console, f"{sign} {words}: {said}", indent=4, style=colour)
    _show_sums(console, steps)


def _show_sums(console: Console, steps: Sequence[Step]) -> None:
    counts = Counter(step.verb for step in steps)
    said = [f"{counts[verb]} {words}" for verb, (_, _, words) in _LOOK.items() if counts[verb]]
    print_wrapped(console, f"{', '.join(said) or 'Nothing is wanted'}.", indent=0)
    if counts["drifted"] or counts["conflict"]:
        print_wrapped(console, _BY_HAND, indent=0)


def show_done(console: Console, step: Step, wrong: str) -> None:
    sign, colour, _ = _LOOK[step.verb]
    print_wrapped(console, f"{sign} {step.key}: {wrong or 'done'}", indent=4, style="red" if wrong else colour)


def show_end(console: Console, applied: Applied) -> None:
    print_line(console, f"{len(applied.done)} done, {len(applied.failed)} failed, {len(applied.open)} not tried.")
    if applied.open:
        print_line(console, "Run it again: it goes on from here, and makes nothing twice.")


def kept_as_yaml(step: Step) -> str:
    """For routing.yaml: the values as they are in the account."""
    buffer = StringIO()
    yaml = YAML()
    yaml.default_flow_style = None
    yaml.width = 110
    yaml.dump({"setup": {"keep": {step.key: {one.name: one.old for one in step.fields}}}}, buffer)
    return buffer.getvalue().rstrip()


def _show_step(console: Console, step: Step, *, verbose: bool) -> None:
    sign, colour, words = _LOOK[step.verb]
    print_wrapped(console, f"{sign} {step.key}  {step.reason or words}", indent=4, style=colour)
    if step.verb == "create" and not verbose:
        return
    for change in step.fields:
        lines = _lines_of(change.name, change.new) if step.verb == "create" else _difference(change)
        for line in lines:
            print_wrapped(console, f"    {line}", indent=8)


def _lines_of(name: str, value: Any) -> Iterable[str]:
    lines = _text(value).splitlines()
    return [f"{name}: {lines[0]}"] if len(lines) == 1 else [f"{name}:", *(f"  {line}" for line in lines)]


def _difference(change: FieldChange) -> Iterable[str]:
    """In one line, or line by line: of texts, and of what has rows, such as conditions."""
    old, new = _text(change.old), _text(change.new)
    if "\n" not in old + new and not (_has_rows(change.old) or _has_rows(change.new)):
        return [f"{change.name}: {old} -> {new}"]
    before, after = ([] if one == _NOTHING else one.splitlines() for one in (old, new))
    kept = [line for line in ndiff(before, after) if line[0] in "+-"]
    return [f"{change.name}:", *(f"  {line}" for line in kept)]


def _has_rows(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, list) for one in value)


def _text(value: Any) -> str:
    """As people write it: `status less_than closed` for a condition, one below the other."""
    if value in (None, "", []):
        return _NOTHING
    if _has_rows(value):
        return "\n".join(" ".join(map(_word, row)) for row in value)
    if isinstance(value, list):
        return ", ".join(map(_word, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _word(value: Any) -> str:
    """The value of an action is kept as JSON."""
    if isinstance(value, str) and value[:1] in {'"', "["}:
        with suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, list):
        return " ".join(map(_word, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
