"""Makes `Rules` of the texts of both files, or names every problem of both at once."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.rules.matching.matcher import Matcher
from app.rules.parsing.lengths import check_lengths
from app.rules.parsing.pieces import pieces_of
from app.rules.parsing.positions import BadRules, Position, Positions, Problem, read_yaml
from app.rules.parsing.problems import from_pydantic
from app.rules.parsing.references import check_references
from app.rules.routing import RoutingConfig
from app.rules.schema.base import Mode
from app.rules.schema.macros import MacrosConfig

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class Rules:
    """Both files, checked and ready, with their texts: the records keep those of every decision."""

    routing: RoutingConfig
    macros: MacrosConfig
    hash: str
    """Names this content of both files: 16 hexadecimal digits."""
    positions: Positions
    macro_positions: Positions
    matcher: Matcher
    routing_text: str
    macros_text: str

    def __reduce__(self) -> tuple[Callable[..., "Rules"], tuple[object, ...]]:
        """What is compiled stays in its process; another one compiles it again."""
        places, texts = (self.positions, self.macro_positions), (self.routing_text, self.macros_text)
        return _compiled, (self.routing, self.macros, places, texts)

    def mode_of(self, archetype: str, own: Mode | None = None) -> Mode:
        """The route's own mode, else the archetype's, else the default."""
        return own or self.routing.archetypes[archetype].mode or self.routing.defaults.mode

    def place_of_tracker(self, project: str) -> str:
        """`routing.yaml:12, trackers.product`: where a project is named; empty if it is not, any more."""
        name = next((name for name, one in self.routing.trackers.items() if one.project == project), "")
        line = self.positions.at(("trackers", name)).line
        return f"{self.positions.file}:{line}, trackers.{name}" if name else ""

    def line_of_route(self, name: str) -> int | None:
        """Where routing.yaml has it; None: it does not."""
        found = (index for index, route in enumerate(self.routing.routes) if route.name == name)
        index = next(found, None)
        return None if index is None else self.positions.at(("routes", index)).line


def load(
    routing_text: str, macros_text: str, *, routing_name: str = "routing.yaml", macros_name: str = "macros.yaml"
) -> Rules:
    """Raises BadRules with all problems: wrong values in either file, and names that refer to nothing."""
    problems: list[Problem] = []
    root, routing, places = _read(routing_text, routing_name, RoutingConfig, problems)
    macro_root, macros, macro_places = _read(macros_text, macros_name, MacrosConfig, problems)
    if isinstance(root, dict) and isinstance(macro_root, dict):
        pieces = pieces_of(root, macro_root)
        problems += check_references(pieces, places, macro_places)
        problems += check_lengths(pieces, macro_places)
    if problems or routing is None or macros is None:
        raise BadRules(sorted(problems, key=lambda problem: (problem.file != routing_name, problem.position)))
    return _compiled(routing, macros, (places, macro_places), (routing_text, macros_text))


def _compiled(
    routing: RoutingConfig, macros: MacrosConfig, places: tuple[Positions, Positions], texts: tuple[str, str]
) -> Rules:
    return Rules(
        routing=routing,
        macros=macros,
        hash=hash_of(*texts),
        positions=places[0],
        macro_positions=places[1],
        matcher=Matcher(routing, places[0]),
        routing_text=texts[0],
        macros_text=texts[1],
    )


def hash_of(routing_text: str, macros_text: str) -> str:
    """The first 16 hexadecimal digits of SHA-256 over both texts, each after its length in bytes."""
    digest = sha256()
    for text in (routing_text, macros_text):
        encoded = text.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()[:16]


def validate(root: Any, model: type[_Model], positions: Positions) -> _Model:
    """Raises BadRules."""
    if not isinstance(root, dict):
        said = "the file is empty" if root is None else "the file is not a mapping (`key: value`)"
        raise BadRules([Problem(positions.file, Position(1, 1), "", said)])
    try:
        return model.model_validate(root)
    except ValidationError as error:
        raise BadRules(from_pydantic(error, model, root, positions)) from error


def _read(text: str, name: str, model: type[_Model], problems: list[Problem]) -> tuple[Any, _Model | None, Positions]:
    """What the file holds, as plain values and as a model. Adds what is wrong with it to `problems`."""
    root, positions = None, Positions(name)
    try:
        root, positions = read_yaml(text, name)
        return root, validate(root, model, positions), positions
    except BadRules as bad:
        problems += bad.problems
        return root, None, positions
