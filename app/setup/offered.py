"""What conditions and actions rules of an account may have, as `/triggers/definitions` and its like say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from app.setup.values import mapping, text

Definitions = Mapping[str, Mapping[str, Any]]
"""By their subject, such as `via_id`."""


@dataclass(frozen=True)
class Offered:
    """Of triggers, of views or of macros. Empty: Zendesk does not tell."""

    all: Definitions = field(default_factory=dict)
    any: Definitions = field(default_factory=dict)
    actions: Definitions = field(default_factory=dict)
    is_exact: bool = True
    """False: those of another kind stand for them, which has conditions of its own."""

    @classmethod
    def of(cls, answer: Mapping[str, Any], *, is_exact: bool = True) -> Self:
        said = mapping(answer.get("definitions")) or answer
        all_ = _by_subject(said.get("conditions_all"))
        return cls(all_, _by_subject(said.get("conditions_any")) or all_, _by_subject(said.get("actions")), is_exact)

    def values(self, subject: str) -> dict[str, str]:
        """Their titles, by value."""
        return values_of(self.all.get(subject, {}))


def values_of(definition: Mapping[str, Any]) -> dict[str, str]:
    rows = [one for one in definition.get("values") or () if isinstance(one, Mapping)]
    return {text(one.get("value")): text(one.get("title")) for one in rows if one.get("enabled") is not False}


def operators_of(definition: Mapping[str, Any]) -> list[str]:
    return [text(one.get("value")) for one in definition.get("operators") or () if isinstance(one, Mapping)]


def _by_subject(rows: object) -> Definitions:
    """`/macros/actions` calls it `field`."""
    listed = rows if isinstance(rows, Sequence) and not isinstance(rows, str) else ()
    found = [one for one in listed if isinstance(one, Mapping)]
    return {text(one.get("subject") or one.get("field")): one for one in found}
