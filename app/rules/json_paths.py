"""Paths into JSON by RFC 9535, as far as they are read in linear time: names, numbers, and `[*]` for each of a list."""

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, StringConstraints

if TYPE_CHECKING:
    from jsonpath import JSONPath, JSONPathEnvironment

SIGN: Final = "$"


@cache
def _environment() -> "JSONPathEnvironment":
    from jsonpath import JSONPathEnvironment  # noqa: PLC0415  # heavy, and only needed where a feed is mapped

    return JSONPathEnvironment(strict=True)


@lru_cache(maxsize=1024)
def _compiled(path: str) -> "JSONPath":
    from jsonpath import JSONPath, JSONPathError  # noqa: PLC0415  # as above

    compiled = _environment().compile(path)
    if not isinstance(compiled, JSONPath):
        raise JSONPathError("one path, not several")
    return compiled


def _checked(path: str) -> "JSONPath":
    """Raises ValueError."""
    from jsonpath import JSONPathError  # noqa: PLC0415  # as above
    from jsonpath.segments import JSONPathChildSegment  # noqa: PLC0415  # as above
    from jsonpath.selectors import IndexSelector, NameSelector, WildcardSelector  # noqa: PLC0415  # as above

    if not path.startswith(SIGN):
        raise ValueError(f"not a path: did you mean `$.{path.lstrip('.')}`?")
    try:
        compiled = _compiled(path)
    except JSONPathError as error:
        said = str(error).partition("\n")[0]
        raise ValueError(f"not a path ({said}): `$.name`, `$.list[0]`, `$['a name']`") from error
    for segment in compiled.segments:
        selectors = segment.selectors if isinstance(segment, JSONPathChildSegment) else ()
        if len(selectors) != 1 or not isinstance(selectors[0], NameSelector | IndexSelector | WildcardSelector):
            raise ValueError("only names, numbers and `[*]` may stand in a path")
    return compiled


def check_path(path: str) -> str:
    """A path to one value. Raises ValueError."""
    if not _checked(path).singular_query():
        raise ValueError("leads to several values: `[*]` may stand in `each` alone")
    return path


def check_list_path(path: str) -> str:
    """A path to each of several values. Raises ValueError."""
    if _checked(path).singular_query():
        raise ValueError(f"leads to one value: did you mean `{path}[*]`?")
    return path


def check_value(value: str) -> str:
    """A path to one value, or a text that stands for itself. Raises ValueError."""
    return check_path(value) if value.startswith(SIGN) else value


JsonPath = Annotated[str, StringConstraints(max_length=200), AfterValidator(check_path)]
JsonListPath = Annotated[str, StringConstraints(max_length=200), AfterValidator(check_list_path)]
JsonValue = Annotated[str, StringConstraints(max_length=200), AfterValidator(check_value)]


def values_at(path: str, root: object) -> list[object]:
    """What the path leads to, in order."""
    if not isinstance(root, dict | list):
        return [root] if path == SIGN else []
    return [match.obj for match in _compiled(path).finditer(root)]
