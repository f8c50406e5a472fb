"""`pointsman check`, `test`, `schema` and `lists`: the rules' own files."""

from typing import Annotated, Literal

import typer

from app.cli.console import MACROS, ROUTING, MacrosFile, RoutingFile, examples, out
from app.cli.errors import ends_in_words

cli = typer.Typer()


@cli.command(epilog=examples("pointsman check", "pointsman check new/routing.yaml new/macros.yaml --strict"))
@ends_in_words
def check(
    routing: RoutingFile = ROUTING,
    macros: MacrosFile = MACROS,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
) -> int:
    """Check routing.yaml and macros.yaml. Print every problem with its file, line and column."""
    from app.cli import rules

    return rules.check_files(out, routing, macros, strict=strict)


@cli.command("test", epilog=examples("pointsman test", "pointsman test new/routing.yaml new/macros.yaml --verbose"))
@ends_in_words
def run_tests(
    routing: RoutingFile = ROUTING,
    macros: MacrosFile = MACROS,
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print the examples that pass too.")] = False,
) -> int:
    """Run the examples in routing.tests.yaml. Fail when a result differs from what the example expects."""
    from app.cli import classification

    return classification.test_files(out, routing, macros, show_all=verbose)


@cli.command(epilog=examples("pointsman schema routing > schemas/routing.json"))
@ends_in_words
def schema(
    name: Annotated[
        Literal["routing", "macros", "tests", "mention"], typer.Argument(help="The kind of file, or a mention.")
    ],
) -> None:
    """Print the JSON Schema of a file, for editors, or of what POST /webhooks/mentions takes."""
    from app.rules.json_schema import json_schema, schema_text

    if name == "mention":
        from app.feeds.mention import mention_schema

        out.file.write(schema_text(mention_schema()))
    else:
        out.file.write(schema_text(json_schema(name)))


@cli.command(epilog=examples("pointsman lists", "pointsman lists two_factor"))
@ends_in_words
def lists(
    name: Annotated[str, typer.Argument(help="One of them: prints its phrases or patterns. Else the names.")] = "",
) -> None:
    """Print the lists of phrases and patterns that come with Pointsman, which routes use as `$name`."""
    from app.cli import shipped_lists

    shipped_lists.print_lists(out, name)
