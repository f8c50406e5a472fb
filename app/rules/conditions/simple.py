"""Conditions that compare one fact of the ticket with the values in the YAML: a row each."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from app.rules.conditions.context import Context
from app.rules.conditions.kind import Kind, is_subset, plain, quoted, same
from app.rules.conditions.patterns import Patterns
from app.rules.re2_patterns import first_match
from app.rules.schema.strict import Flag, Many, listed
from app.rules.team import bare_handle
from app.ticket import Event

_Events = Annotated[tuple[Event, ...], BeforeValidator(listed, json_schema_input_type=Event | list[Event])]


def _one_of(
    key: str,
    description: str,
    fact: Callable[[Context], str | None],
    *,
    values: Any = Many,
    nothing: str = "none",
    ignore_case: bool = False,
) -> Kind:
    """A kind that holds when the fact is one of the values. `nothing` is what a trace says without a fact."""
    return plain(
        key,
        values,
        description,
        asks=lambda wanted, context: same(wanted, fact(context) or "") if ignore_case else fact(context) in wanted,
        says=lambda wanted, context: f"{key} is `{fact(context) or nothing}`, asked for {quoted(wanted)}",
        narrower=is_subset,
    )


KINDS: Final[tuple[Kind, ...]] = (
    _one_of(
        "channel",
        "The ticket came by one of these channels of routing.yaml (`other`: by none of them).",
        lambda context: context.channel,
    ),
    plain(
        "public",
        Flag,
        "Whether a stranger could read it where it was written.",
        asks=lambda wanted, context: context.public is wanted,
        says=lambda _, context: "it was written in public" if context.public else "it was written in private",
    ),
    _one_of(
        "language",
        "The text is in one of these languages (ISO 639-1). Not for routes `before: language`.",
        lambda context: context.facts.language,
        nothing="undecided",
    ),
    plain(
        "tags",
        Many,
        "One of these tags is on the ticket.",
        asks=lambda wanted, context: not set(wanted).isdisjoint(context.ticket.tags),
        says=lambda wanted, context: (
            f"the ticket's tags are {quoted(context.ticket.tags) or 'none'}, asked for {quoted(wanted)}"
        ),
        narrower=is_subset,
    ),
    _one_of(
        "group", "The ticket is in one of these Zendesk groups.", lambda context: context.ticket.group, ignore_case=True
    ),
    _one_of(
        "brand",
        "The ticket belongs to one of these Zendesk brands.",
        lambda context: context.ticket.brand,
        ignore_case=True,
    ),
    plain(
        "handle",
        Many,
        "One of these accounts was addressed: by Zendesk's word, or mentioned in the text.",
        asks=lambda wanted, context: not context.handles.isdisjoint(map(bare_handle, wanted)),
        says=lambda wanted, context: (
            f"addressed {quoted(tuple(sorted(context.handles))[:5]) or 'no account'}, asked for {quoted(wanted)}"
        ),
        narrower=is_subset,
    ),
    plain(
        "linked_page",
        Patterns,
        "One of these RE2 patterns fits the address or the title of a page that a short link in the text leads to.",
        asks=lambda wanted, context: any(first_match(one, page) for one in wanted for page in _pages(context)),
        says=lambda wanted, context: (
            f"short links lead to {quoted(_pages(context)) or 'nothing known'}, asked for {quoted(wanted)}"
        ),
        narrower=is_subset,
    ),
    _one_of(
        "event",
        "What happened: `created`, `comment` (the requester wrote again; only routes that name it are asked then), "
        "`corrected` (a person changed the archetype's tag), `updated` (anything else).",
        lambda context: context.ticket.event,
        values=_Events,
    ),
)


def _pages(context: Context) -> tuple[str, ...]:
    return tuple(f"{one.url} {one.title}".strip() for one in context.ticket.short_links if one.url)
