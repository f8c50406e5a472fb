"""lists: what a `$name` in routing.yaml stands for, if the file itself has no list of that name."""

from rich.console import Console

from app.cli.console import print_line
from app.cli.errors import NotDone
from app.rules.parsing.problems import nearest
from app.rules.shipped_lists import pattern_lists, phrase_lists, via_lists


def print_lists(out: Console, name: str) -> None:
    """All names with what they are about, or the terms of one. Raises NotDone for a name that is none."""
    known = {**phrase_lists(), **pattern_lists(), **via_lists()}
    if not name:
        for one in known.values():
            print_line(out, f"${one.name}  {one.about}")
        return
    if (found := known.get(name.removeprefix("$"))) is None:
        raise NotDone(f"There is no list `{name}`; {nearest(name, known) or 'without a name all are shown'}")
    print_line(out, f"# {found.about}")
    for term in found.terms:
        print_line(out, term)
