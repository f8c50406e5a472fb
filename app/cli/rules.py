"""check and schema: they need the YAML only, and import no more, so that a check is quick."""

from pathlib import Path

from rich.console import Console

from app.cli.console import print_line
from app.rules.examples import RuleExample, load_examples
from app.rules.files import read_rules, read_text
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
        print_line(out, f"The service would refuse these files: {_counted(len(error.problems), 'problem')}.")
        return 1
    warnings = lint(rules, examples)
    for warning in warnings:
        print_line(out, str(warning))
    print_line(
        out,
        f"{routing} and {macros} are valid: {len(rules.routing.routes)} routes, {len(rules.routing.archetypes)} "
        f"archetypes, {len(rules.macros.macros)} macros, {len(examples)} examples, "
        f"{_counted(len(warnings), 'warning')}. Their version is {rules.hash}.",
    )
    return 1 if warnings and strict else 0


def examples_beside(routing: Path, rules: Rules) -> tuple[RuleExample, ...]:
    """Those in routing.tests.yaml beside the rules, if there is such a file."""
    file = routing.with_name(TESTS_NAME)
    if not file.is_file():
        return ()
    return load_examples(read_text(file), name=str(file), rules=rules)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
