"""Macro texts. A placeholder is `${name}` and nothing else, and only a declared one is replaced, once, by plain text:
what a value contains is never looked at again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from app.rules.parsing.loading import Rules
    from app.rules.schema.routing import Status

DEFAULT: Final = "default"
Needs = Literal["issue", "incident", "answer"]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What may stand in a text."""

    meaning: str
    needs: Needs | None = None
    """Only known where there is an issue, or an incident was found."""


REPLY_PLACEHOLDERS: Final[dict[str, Placeholder]] = {
    "name": Placeholder("first word of the person's name, or their handle"),
    "ticket_url": Placeholder("the ticket in Zendesk; for internal texts"),
    "channel": Placeholder("the channel's title"),
    "link": Placeholder("the post that is answered, or the channel's title when it is not known"),
    "issue_url": Placeholder("the linked issue", needs="issue"),
    "issue_title": Placeholder("its title", needs="issue"),
    "incident_url": Placeholder("the incident that explains it", needs="incident"),
    "incident_title": Placeholder("its title", needs="incident"),
    "answer": Placeholder("what a team member wrote on the issue with /tell-reporter", needs="answer"),
}
TEMPLATE_PLACEHOLDERS: Final[dict[str, Placeholder]] = {
    "report": Placeholder("what the person wrote, quoted so that nothing in it has an effect"),
    "channel": Placeholder("the channel's title"),
    "version": Placeholder("the version that the text names"),
    "edition": Placeholder("CE, EE or GitLab.com, when the text names one"),
    "steps": Placeholder("steps to reproduce, when the text has any"),
    "ticket_url": Placeholder("the ticket; only team members can open it"),
}


def meanings(placeholders: Mapping[str, Placeholder]) -> str:
    """One sentence each, for the JSON Schema."""
    return " ".join(
        f"`{name}`: {one.meaning}{f' (only where there is an {one.needs})' if one.needs else ''}."
        for name, one in placeholders.items()
    )


class MissingValue(Exception):
    """A text needs a value that is not known; nothing with a gap in it is ever shown to anyone."""

    reason = "placeholder_missing"


class Text(Template):
    """`${name}`, and `$$` for a dollar sign."""

    pattern = r"\$(?:(?P<escaped>\$)|(?P<named>(?!))|\{(?P<braced>[a-z][a-z0-9_]*)\}|(?P<invalid>))"  # type: ignore[assignment]  # typeshed knows only the compiled form
    flags = re.NOFLAG


@dataclass(frozen=True, slots=True)
class Rendered:
    macro: str
    text: str
    tags: tuple[str, ...]
    status: Status | None
    visibility: Literal["public", "internal"]


def render(rules: Rules, macro: str, channel: str, values: Mapping[str, str]) -> Rendered:
    """The macro's text for the channel. Raises MissingValue when a placeholder of this text has no value."""
    entry = rules.macros.macros[macro]
    text = entry.text.get(channel, entry.text[DEFAULT])
    missing = [name for name in Text(text).get_identifiers() if not values.get(name)]
    if missing:
        raise MissingValue(f"macro `{macro}` needs {', '.join(missing)}")
    return Rendered(macro, Text(text).substitute(values).strip(), entry.tags, entry.status, entry.visibility)


def render_template(rules: Rules, template: str, values: Mapping[str, str]) -> str:
    """An issue's description. Lines whose placeholders are all empty are left out, then headings over nothing."""
    kept: list[str] = []
    for line in rules.macros.templates[template].text.splitlines():
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
