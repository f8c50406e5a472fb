"""How a ticket came in, in one spelling: Zendesk writes a `via.channel` as a name or as a number."""

import tomllib
from pathlib import Path

DOCUMENTED = tomllib.loads((Path(__file__).parent / "data" / "via.toml").read_text(encoding="utf-8"))
"""What Zendesk documents: `types`, `names` and `rel`."""

_NAMES: dict[str, str] = {str(number): name for name, number in DOCUMENTED["types"].items()}


def channel_name(said: object) -> str:
    """In lower case; `""` for anything but a name or a number."""
    if isinstance(said, bool) or not isinstance(said, str | int):
        return ""
    text = str(said).strip().lower()
    return _NAMES.get(text, text)


def channel_ids(name: str, *, exact: bool) -> tuple[int, ...]:
    """The numbers of a channel's name in conditions. `exact`: of its own; else of the several that it stands for."""
    if exact:
        return (DOCUMENTED["types"][name],) if name in DOCUMENTED["types"] else ()
    return tuple(DOCUMENTED["names"].get(name, ()))
