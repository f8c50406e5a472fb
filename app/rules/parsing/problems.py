"""Says pydantic's errors to a person who edits YAML: where it stands, what was found, what was expected."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.rules.parsing.positions import Path, Positions, Problem

_FORMS: Final[dict[str, str]] = {
    r"^[a-z][a-z0-9_]*$": "lower-case letters, digits and `_`, beginning with a letter",
    r"^[a-z0-9_/-]+$": "a tag: lower-case letters, digits, `_`, `-` and `/`",
    r"^[a-z0-9][a-z0-9-]*$": "a name like `two-words`: lower-case letters, digits and `-`",
    r"^[^:]+(::[^:]+)+$": "a macro's name, `Parent::Child`",
    r"^(always|never|tagged:[a-z0-9_/-]+)$": "`always`, `never` or `tagged:TAG`",
    r"^[\w.-]+(/[\w.-]+)+$": "a project's full path, `group/project`",
    r"^@\w+$": 'an account in quotes, such as "@gitlab"',
    r"^([a-z0-9-]+\.)+[a-z0-9-]+$": "a host, `news.example.com`",
    r"^([01]\d|2[0-3]):[0-5]\d$": 'a time in quotes, such as "09:00"',
    r"^[a-z0-9_/-]*\$\{language\}[a-z0-9_/-]*$": "a tag with `${language}` in it",
}
_SHAPES: Final[dict[str, str]] = {
    "string_type": "a text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping (`key: value`)",
    "model_type": "a mapping (`key: value`)",
    "model_attributes_type": "a mapping (`key: value`)",
}

LIKELY: Final = "did you mean `{}`?"
QUOTED: Final = "put it in quotes: {}"


def nearest(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """`did you mean ...?`, or nothing when no known name is like it."""
    close = get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return LIKELY.format(close[0]) if close else ""


def from_pydantic(error: ValidationError, model: type[BaseModel], root: Any, positions: Positions) -> list[Problem]:
    """In the file's order. The several failures of one union become one problem."""
    problems: dict[Path, Problem] = {}
    for details in error.errors():
        path = _existing(details["loc"], root)
        if details["type"] == "missing":
            name = details["loc"][-1]
            problems[details["loc"]] = positions.problem(path, f"`{name}` is missing", value=not path)
        elif path in problems and details["loc"][-1:] != path[-1:]:
            problems[path] = _merged(problems[path], _problem(details, path, model, positions))
        else:
            problems[path] = _problem(details, path, model, positions)
    return sorted(problems.values(), key=lambda problem: problem.position)


def _existing(loc: Sequence[str | int], root: Any) -> Path:
    """The part of a location that the file has: pydantic adds names of union members, and `[key]`."""
    value: Any = root
    path: list[str | int] = []
    for step in loc:
        if isinstance(value, list):
            there = isinstance(step, int) and step < len(value)
        else:
            there = isinstance(value, dict) and step in value
        if not there:
            continue
        value = value[step]
        path.append(step)
    return tuple(path)


def _problem(details: ErrorDetails, path: Path, model: type[BaseModel], positions: Positions) -> Problem:
    given, on_key = details["input"], "[key]" in details["loc"]
    if details["type"] == "extra_forbidden":
        known = _keys(model, path[:-1])
        likely = nearest(str(path[-1]), known)
        listed = "" if likely else "one of " + ", ".join(f"`{key}`" for key in known)
        return positions.problem(path, f"`{path[-1]}`: unknown key", expected=listed, suggestion=likely)
    message, expected, suggestion = _said(details, given)
    found = _shown(given)
    return positions.problem(path, message, value=not on_key, found=found, expected=expected, suggestion=suggestion)


def _said(details: ErrorDetails, given: Any) -> tuple[str, str, str]:
    """What is wrong, what was expected, and what to write instead."""
    kind, context = details["type"], details.get("ctx", {})
    message, expected, suggestion = "has the wrong form", "", ""
    if kind == "string_type" and isinstance(given, int | float) and not isinstance(given, bool):
        message, expected, suggestion = "not a text", "a text", QUOTED.format(f'"{given}"')
    elif kind in _SHAPES:
        expected = _SHAPES[kind]
        if kind == "string_type" and isinstance(given, dict):
            suggestion = "a colon and a blank make it a mapping: put a text with a colon in quotes"
    elif kind == "string_pattern_mismatch":
        form = str(context["pattern"])
        expected = _FORMS.get(form, f"something like {form}")
    elif kind == "literal_error":
        choices = str(context["expected"])
        names = choices.replace("'", "").replace(" or ", ", ").split(", ")
        message, expected, suggestion = "not one of the choices", choices.replace("'", "`"), nearest(str(given), names)
    elif kind == "value_error":
        message = str(context["error"])
    elif kind == "string_too_short":
        message = "is empty"
    else:
        message = details["msg"].replace("Input should be", "should be")
    return message, expected, suggestion


def _merged(one: Problem, other: Problem) -> Problem:
    expected = " or ".join(filter(None, (one.expected or one.message, other.expected or other.message)))
    return Problem(
        one.file, one.position, one.path, "fits none of what may stand here", one.found, expected, one.suggestion
    )


def _shown(given: Any) -> str:
    if isinstance(given, dict):
        return "a mapping"
    if isinstance(given, list | tuple):
        return "a list"
    if given is None:
        return "nothing"
    if given == "":
        return ""
    text = str(given).lower() if isinstance(given, bool) else str(given)
    return f"`{text if len(text) <= 60 else text[:59] + '…'}`"


def _keys(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that may stand at a path, by the model's JSON Schema."""
    schema = model.model_json_schema()
    here = _alternatives(schema, schema)
    for step in path:
        below = (one.get("items") if isinstance(step, int) else _value_of(one, step) for one in here)
        here = [inner for one in below if one for inner in _alternatives(one, schema)]
    return [key for one in here for key in one.get("properties", {})]


def _value_of(mapping: dict[str, Any], key: str) -> Any:
    of_any_key = next(iter(mapping.get("patternProperties", {}).values()), mapping.get("additionalProperties"))
    return mapping.get("properties", {}).get(key, of_any_key)


def _alternatives(one: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in one:
        return _alternatives(schema["$defs"][one["$ref"].rpartition("/")[2]], schema)
    members = one.get("anyOf") or one.get("oneOf")
    return [inner for member in members for inner in _alternatives(member, schema)] if members else [one]
