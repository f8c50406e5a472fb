"""routing.tests.yaml: tickets and what should become of them. The caller passes in how to decide."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, Self, get_type_hints

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    create_model,
    model_validator,
)

from app.rules.channels import OTHER
from app.rules.loading import Rules, validate
from app.rules.parsing.positions import BadRules, Path, Position, Problem, read_yaml, spell
from app.rules.parsing.problems import nearest
from app.rules.schema.strict import Flag, Many, Name, OneOrMore, Strict, Text
from app.ticket import Organization, Requester, Ticket, Via


class _Loose(BaseModel):
    """Tickets from other programs may have keys that nothing here reads."""

    model_config = ConfigDict(extra="ignore", frozen=True)


_ONLY_ZENDESK: Final = {(Requester, "id"), (Organization, "id"), (Ticket, "updated_at")}
_Lower = Annotated[str, StringConstraints(to_lower=True)]


def _given(fact: type[Any], **written: Any) -> type[_Loose]:
    """A model with the fields of a dataclass of `app.ticket`; `written` replaces some of them."""
    types = get_type_hints(fact)
    known: dict[str, Any] = {
        one.name: (types[one.name], {} if one.default is MISSING else one.default)
        for one in fields(fact)
        if (fact, one.name) not in _ONLY_ZENDESK
    }
    return create_model(f"Given{fact.__name__}", __base__=_Loose, __module__=__name__, **(known | written))


_Via = _given(Via, channel=(_Lower, ""), rel=(_Lower, ""), addresses=(Annotated[tuple[_Lower, ...], OneOrMore], ()))
_Requester = _given(Requester)
_Organization = _given(Organization, name=(str, ...))
_Ticket = _given(
    Ticket,
    id=(int | str, 0),
    via=(_Via, _Via()),
    requester=(_Requester, _Requester()),
    organization=(
        Annotated[
            _Organization | None,
            BeforeValidator(
                lambda given: {"name": given} if isinstance(given, str) else given,
                json_schema_input_type=str | _Organization | None,
            ),
        ],
        None,
    ),
    created_at=(AwareDatetime | None, None),
)
_PARTS: Final = {"": _Ticket, "requester": _Requester, "organization": _Organization, "via": _Via}
"""The ticket, and what stands in it under these keys."""
_ExampleTicket = create_model("ExampleTicket", __base__=(_Ticket, Strict), __module__=__name__)
"""The same, but an unknown key is a mistake."""


class ExpectConfig(Strict):
    """What should become of the ticket. All of it must be so."""

    archetype: Name | None = None
    not_archetype: Many = Field(default=(), description="None of these.")
    needs_triage: Flag | None = Field(default=None, description="A person decides.")
    route: Text | None = Field(default=None, description="This route decided; `none`: no route did.")
    mode: Literal["live", "suggest", "shadow"] | None = None
    actions: tuple[Text, ...] = Field(default=(), description="`kind`, or `kind:detail` as `explain` prints them.")
    not_actions: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("expects nothing")
        return self


class ExampleConfig(Strict):
    name: Text
    ticket: _ExampleTicket  # type: ignore[valid-type]  # made from `app.ticket`, so mypy does not see it
    expect: ExpectConfig


class ExamplesConfig(Strict):
    """routing.tests.yaml."""

    version: Literal[1]
    tests: tuple[ExampleConfig, ...]


@dataclass(frozen=True, slots=True)
class RuleExample:
    """One ticket, what should become of it, and its place in the file."""

    name: str
    ticket: Ticket
    expect: ExpectConfig
    file: str
    position: Position
    path: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about a ticket, as far as examples look at it."""

    archetype: str | None
    """None: a person decides."""
    route: str | None
    mode: str
    actions: tuple[str, ...]
    """`kind` or `kind:detail`."""


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """How one example went."""

    example: RuleExample
    decided: Decided
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.differences

    def __str__(self) -> str:
        place = f"{self.example.file}:{self.example.position.line}"
        if self.passed:
            return f"ok      {self.example.name}"
        return "\n".join([f"FAILED  {self.example.name}  ({place})", *(f"        {line}" for line in self.differences)])


def load_examples(
    text: str, *, name: str = "routing.tests.yaml", rules: Rules | None = None
) -> tuple[RuleExample, ...]:
    """Raises BadRules. With `rules`, names that do not exist in them are problems too."""
    root, positions = read_yaml(text, name)
    tests = validate(root, ExamplesConfig, positions)
    problems: list[Problem] = []
    examples = []
    for number, given in enumerate(tests.tests):
        path: Path = ("tests", number)
        if rules is not None:
            problems += [
                positions.problem((*path, *where), f"there is no {kind} `{wanted}`", suggestion=nearest(wanted, known))
                for kind, wanted, known, where in _references(given, rules)
                if wanted not in known
            ]
        ticket = _ticket(given.ticket, default_id=f"test-{number + 1}")
        examples.append(RuleExample(given.name, ticket, given.expect, name, positions.at(path), spell(path)))
    if problems:
        raise BadRules(problems)
    return tuple(examples)


def ticket_from_mapping(given: Mapping[str, Any], *, default_id: int | str = 0) -> Ticket:
    """A line of `classify`'s JSON lines; unknown keys are ignored. Raises ValueError with what is wrong."""
    try:
        return _ticket(_Ticket.model_validate(given), default_id=default_id)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, found['loc'])) or 'ticket'}: {found['msg']}" for found in error.errors())
        raise ValueError("; ".join(wrong)) from error


def slips(given: Mapping[str, Any], channels: Iterable[str]) -> list[str]:
    """Of a ticket that people write down: a channel that routing.yaml does not have, a key that is nearly one of ours.

    Other keys are those of other programs.
    """
    found: list[str] = []
    for within, part in _PARTS.items():
        value = given.get(within) if within else given
        foreign = sorted(value.keys() - part.model_fields.keys()) if isinstance(value, Mapping) else []
        alike = {key: nearest(key, part.model_fields, cutoff=0.8) for key in foreign if not key.endswith("_id")}
        place = f" in `{within}`" if within else ""
        found += [f"there is no key `{key}`{place}; {likely}" for key, likely in alike.items() if likely]
    known, channel = {*channels, OTHER}, given.get("channel")
    if isinstance(channel, str) and channel and channel not in known:
        likely = nearest(channel, known) or f"one of {', '.join(sorted(known))}"
        found.append(f"there is no channel `{channel}`; {likely}")
    return found


def run(examples: Sequence[RuleExample], decide: Callable[[Ticket], Decided]) -> list[ExampleResult]:
    """Decide each example's ticket and compare with what was expected."""
    outcomes = []
    for example in examples:
        decided = decide(example.ticket)
        outcomes.append(ExampleResult(example, decided, tuple(_differences(example.expect, decided))))
    return outcomes


def _differences(expect: ExpectConfig, decided: Decided) -> list[str]:
    by = f"by route `{decided.route}`" if decided.route else "by no route"
    got = f"got `{decided.archetype}` {by}" if decided.archetype else "got none, a person decides"
    found = []
    if expect.archetype is not None and decided.archetype != expect.archetype:
        found.append(f"archetype: expected `{expect.archetype}`, {got}")
    if decided.archetype in expect.not_archetype:
        found.append(f"archetype: expected anything but `{decided.archetype}`, {got}")
    if expect.needs_triage is not None and expect.needs_triage is not (decided.archetype is None):
        found.append(f"needs_triage: expected {str(expect.needs_triage).lower()}, {got}")
    if expect.route is not None and expect.route != (decided.route or "none"):
        found.append(f"route: expected `{expect.route}`, {got}")
    if expect.mode is not None and expect.mode != decided.mode:
        found.append(f"mode: expected `{expect.mode}`, got `{decided.mode}`")
    missing = [wanted for wanted in expect.actions if not _among(wanted, decided.actions)]
    unwanted = [action for action in expect.not_actions if _among(action, decided.actions)]
    found += [f"actions: missing  `{action}`" for action in missing]
    found += [f"actions: unwanted `{action}`" for action in unwanted]
    if missing or unwanted:
        found.append(f"actions: planned  {', '.join(f'`{action}`' for action in decided.actions) or 'none'}")
    return found


def _among(wanted: str, actions: Sequence[str]) -> bool:
    return any(action == wanted or action.startswith(f"{wanted}:") for action in actions)


def _references(given: ExampleConfig, rules: Rules) -> list[tuple[str, str, Sequence[str], Path]]:
    """Names in an example: kind, name, the names that exist, place."""
    routing, expect = rules.routing, given.expect
    archetypes, routes = list(routing.archetypes), [*(route.name for route in routing.routes), "none"]
    found: list[tuple[str, str, Sequence[str], Path]] = [
        ("archetype", name, archetypes, ("expect", "not_archetype", number))
        for number, name in enumerate(expect.not_archetype)
    ]
    if expect.archetype is not None:
        found.append(("archetype", expect.archetype, archetypes, ("expect", "archetype")))
    if expect.route is not None:
        found.append(("route", expect.route, routes, ("expect", "route")))
    ticket: Any = given.ticket
    if ticket.channel is not None:
        found.append(("channel", ticket.channel, list(routing.channels), ("ticket", "channel")))
    return found


def _ticket(given: Any, *, default_id: int | str) -> Ticket:
    written = dict(given)
    whose = written["organization"]
    written |= {
        "id": written["id"] or default_id,
        "via": Via(**dict(written["via"])),
        "requester": Requester(**dict(written["requester"])),
        "organization": Organization(**dict(whose)) if whose else None,
        "created_at": written["created_at"] or datetime(1970, 1, 1, tzinfo=UTC),
    }
    return Ticket(**written)
