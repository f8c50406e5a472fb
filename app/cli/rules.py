"""check and schema: what needs nothing but the YAML. Imports no more than that, so that a check is quick."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from app.rules.examples import RuleExample, load_examples
from app.rules.files import read_rules, read_text
from app.rules.json_schema import FILES, json_schema_text
from app.rules.lint import lint
from app.rules.loading import Rules
from app.rules.parsing.positions import BadRules

TESTS_NAME = "routing.tests.yaml"


def check_files(out: Console, routing: Path, macros: Path, *, strict: bool) -> int:
    """Errors always fail; warnings only with `strict`."""
    try:
        rules = read_rules(routing, macros)
        examples = examples_beside(routing, rules)
    except BadRules as error:
        for problem in error.problems:
            print_line(out, str(problem))
        print_line(out, f"{len(error.problems)} problem(s); the files would be refused.")
        return 1
    warnings = lint(rules, examples)
    for warning in warnings:
        print_line(out, str(warning))
    print_line(
        out,
        f"{routing} and {macros} are good: {len(rules.routing.routes)} routes, {len(rules.routing.archetypes)} "
        f"archetypes, {len(rules.macros.macros)} macros, {len(examples)} examples, {len(warnings)} warnings "
        f"({rules.hash}).",
    )
    return 1 if warnings and strict else 0


def print_schema(out: Console, name: str) -> int:
    if name not in FILES:
        print_line(out, f"There is no schema {name}. There are: {', '.join(FILES)}.")
        return 2
    out.file.write(json_schema_text(name))
    return 0


def examples_beside(routing: Path, rules: Rules) -> tuple[RuleExample, ...]:
    """The tests beside the rules; a folder without them has none."""
    file = routing.with_name(TESTS_NAME)
    if not file.is_file():
        return ()
    return load_examples(read_text(file), name=str(file), rules=rules)


def print_line(out: Console, text: str, *, style: str = "") -> None:
    out.print(Text(text, style=style), soft_wrap=True)
