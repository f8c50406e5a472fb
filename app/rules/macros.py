"""Macro texts, with the values of one ticket put in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from app.rules.placeholders import Text
from app.rules.schema.base import Status
from app.rules.schema.macros import MacrosConfig

DEFAULT: Final = "default"


class MissingValue(Exception):
    """A text needs a value that is not known. Nobody is ever shown a text with a gap."""

    reason = "placeholder_missing"


@dataclass(frozen=True, slots=True)
class Rendered:
    text: str
    tags: tuple[str, ...]
    status: Status | None
    visibility: Literal["public", "internal"]


def render(macros: MacrosConfig, macro: str, channel: str, values: Mapping[str, str]) -> Rendered:
    """The macro's text for the channel. Raises MissingValue when a placeholder of this text has no value."""
    entry = macros.macros[macro]
    text = entry.text.get(channel, entry.text[DEFAULT])
    missing = [name for name in Text(text).get_identifiers() if not values.get(name)]
    if missing:
        raise MissingValue(f"macro `{macro}` needs {', '.join(missing)}")
    return Rendered(Text(text).substitute(values).strip(), entry.tags, entry.status, entry.visibility)


def render_template(macros: MacrosConfig, template: str, values: Mapping[str, str]) -> str:
    """An issue's description. Lines whose placeholders are all empty are left out, then headings over nothing."""
    kept: list[str] = []
    for line in macros.templates[template].text.splitlines():
        names = Text(line).get_identifiers()
        if not names or any(values.get(name) for name in names):
            kept.append(line)
    filled = [
        line for number, line in enumerate(kept) if not (line.startswith("#") and _nothing_under(kept[number + 1 :]))
    ]
    text = Text("\n".join(filled))
    shown = text.substitute({name: values.get(name, "") for name in text.get_identifiers()})
    return shown.strip() + "\n"


def _nothing_under(rest: list[str]) -> bool:
    following = next((line for line in rest if line.strip()), "#")
    return following.startswith("#")
