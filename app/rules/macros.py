"""Macro texts, with the values of one ticket put in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from app.rules.placeholders import Text
from app.rules.post_length import PostLimit
from app.rules.schema.base import Status
from app.rules.schema.macros import MacrosConfig

DEFAULT: Final = "default"
OPTIONAL: Final = ("missing", "asks")
"""Placeholders whose line goes where they have no value."""
ANYTHING: Final = PostLimit()


class MissingValue(Exception):
    """A text needs a value that is not known. Nobody is ever shown a text with a gap."""

    reason = "placeholder_missing"


@dataclass(frozen=True, slots=True)
class Rendered:
    text: str
    tags: tuple[str, ...]
    status: Status | None
    visibility: Literal["public", "internal"]


def render(
    macros: MacrosConfig,
    macro: str,
    channel: str,
    values: Mapping[str, str],
    *,
    without_issue: bool = False,
    limit: PostLimit = ANYTHING,
) -> Rendered:
    """The macro's text for the channel. Raises MissingValue when a placeholder of this text has no value.

    A text reads well without a name: lack of one never costs the reply. Nor does it that there is nothing to ask.
    A text that is too long gives way to the one without the name, and that to the shorter one, however long.
    """
    entry = macros.macros[macro]
    texts = entry.without_issue if without_issue and entry.without_issue else entry.text
    text = texts.get(channel, texts[DEFAULT])
    forms = [*([text] if values.get("name") else []), without_name(text)]
    if texts is entry.text and (shorter := entry.shorter.get(channel, entry.shorter.get(DEFAULT))):
        forms.append(without_name(shorter))
    for form in forms:
        filled = _filled(form, macro, values)
        if limit.fits(filled):
            break
    return Rendered(filled, entry.tags, entry.status, entry.visibility)


def _filled(text: str, macro: str, values: Mapping[str, str]) -> str:
    gone = {name for name in OPTIONAL if not values.get(name)}
    text = "\n".join(line for line in text.splitlines() if gone.isdisjoint(Text(line).get_identifiers()))
    missing = [name for name in Text(text).get_identifiers() if not values.get(name)]
    if missing:
        raise MissingValue(f"macro `{macro}` needs {', '.join(missing)}")
    return Text(text).substitute(values).strip()


# The name with the comma or blanks before it, or at the beginning of a line with what follows it.
_NAME: Final = re.compile(r"^\$\{name\}[,:;!.]?[^\S\n]*(\w?)|(?:,[^\S\n]*|[^\S\n]+)?\$\{name\}", re.MULTILINE)


def without_name(text: str) -> str:
    """The text for somebody whose name is not known, as it would have been written: "Hi, thank you"."""
    return _NAME.sub(lambda found: (found[1] or "").upper(), text)


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
