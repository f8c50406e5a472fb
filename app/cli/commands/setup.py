"""`pointsman setup plan`, `apply` and `delete`: Zendesk and GitLab as the YAML wants them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Annotated, Any, ParamSpec

import typer
from typer.core import TyperCommand, TyperGroup

from app.cli.console import MACROS, ROUTING, JsonOption, MacrosOption, RoutingOption, examples, out
from app.cli.errors import NotDone, ends_in_words, in_words

ERROR, USAGE = 1, 2


class _Group(TyperGroup):
    """A mistyped option ends with 1: in CI a plan's 2 says that there is something to do, and nothing else."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with _usage_is_an_error():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        with _usage_is_an_error():
            return super().invoke(ctx)


class _Command(TyperCommand):
    """The same, for a command that stands by itself."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with _usage_is_an_error():
            return super().parse_args(ctx, args)


@contextmanager
def _usage_is_an_error() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if getattr(error, "exit_code", None) == USAGE:
            error.exit_code = ERROR  # type: ignore[attr-defined]
        raise


cli = typer.Typer()
group = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    help="Set up Zendesk and GitLab as routing.yaml and macros.yaml want them.",
    epilog=examples("pointsman setup plan", "pointsman setup apply"),
)
cli.add_typer(group, name="setup")

Given = ParamSpec("Given")
Keys = list[str] | None
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def _errors_are_one(command: Callable[Given, int]) -> Callable[Given, int]:
    """Exit code 2 says that there is something to do, so every error is 1."""

    @wraps(command)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> int:
        try:
            return command(*args, **kwargs)
        except Exception as error:
            known = in_words(error)
            if known is None:
                raise
            raise NotDone(known[1]) from error

    return run


@group.command(epilog=examples("pointsman setup plan", "pointsman setup plan --json"))
@ends_in_words
@_errors_are_one
def plan(
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
    *,
    as_json: JsonOption = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every value, and what is unchanged.")] = False,
) -> int:
    """Show what Zendesk and GitLab lack. Exit code: 0 nothing to do, 2 something to do, 1 an error."""
    from app.cli import setup

    return setup.show_plan(out, routing, macros, as_json_text=as_json, verbose=verbose)


@group.command(epilog=examples("pointsman setup apply", "pointsman setup apply --only view --yes"))
@ends_in_words
@_errors_are_one
def apply(
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
    *,
    only: Annotated[Keys, typer.Option(help="A kind (`view`) or a key (`view/twitter`); may be repeated.")] = None,
    restore: Annotated[Keys, typer.Option(help="A key: undo what was changed by hand.")] = None,
    adopt: Annotated[Keys, typer.Option(help="A key: take over what is there already.")] = None,
    accept: Annotated[str, typer.Option(help="A key: print the YAML that keeps what was changed by hand.")] = "",
    brief: Annotated[bool, typer.Option("--brief", help="Counts instead of a line for each thing.")] = False,
    yes: YesOption = False,
) -> int:
    """Make and change what the plan says, and read each thing back. Run it again when it was stopped."""
    from app.cli import setup

    if accept:
        return setup.accept(out, routing, macros, accept)
    chosen = setup.Chosen(only or (), restore or (), adopt or ())
    return setup.apply(out, routing, macros, chosen, yes=yes, brief=brief)


@cli.command(cls=_Command, epilog=examples("pointsman doctor", "pointsman doctor --send-test"))
@ends_in_words
@_errors_are_one
def doctor(
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
    *,
    send_test: Annotated[
        bool, typer.Option("--send-test", help="Let Zendesk and GitLab each send us a test, and wait for it.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Check the connection to Zendesk and GitLab. Exit code: 0 nothing fails, 1 something does, or an error."""
    from app.cli import doctor as doctor_command

    return doctor_command.run(out, routing, macros, send_test=send_test, as_json=as_json)


@group.command(epilog=examples("pointsman setup delete view/twitter"))
@ends_in_words
@_errors_are_one
def delete(
    key: Annotated[str, typer.Argument(help="What to delete, for example `view/twitter`.")],
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
    *,
    yes: YesOption = False,
) -> int:
    """Delete one thing that setup made. `apply` never deletes: it switches off."""
    from app.cli import setup

    return setup.delete(out, routing, macros, key, yes=yes)
