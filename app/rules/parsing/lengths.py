"""Texts that are too long for their channel once the placeholders have their longest values."""

from collections.abc import Iterator, Mapping
from typing import Final

from app.rules.macros import DEFAULT, without_name
from app.rules.parsing.pieces import Pieces
from app.rules.parsing.positions import Positions, Problem
from app.rules.placeholders import REPLY_PLACEHOLDERS, Text
from app.rules.schema.macros import MacroConfig

_LONGEST: Final[Mapping[str, str]] = {name: one.example for name, one in REPLY_PLACEHOLDERS.items()}


def check_lengths(pieces: Pieces, macro_places: Positions) -> Iterator[Problem]:
    """A channel without a text of its own gets the default one. What has a shorter one must fit only there."""
    for name, macro in pieces.macros.items():
        for channel, config in pieces.channels.items() if macro.visibility == "public" else ():
            for key, text in _last_resorts(macro, channel):
                length = config.limit.length(_at_its_longest(text))
                if config.limit.most is not None and length > config.limit.most:
                    own = key[1] == channel
                    advice = f"shorten it{'' if own else f', or give `{channel}` a text of its own'}"
                    if key[0] == "text":
                        advice += ", or a shorter one under `shorter:`"
                    message = f"{length} characters at its longest; `{channel}` takes {config.limit.most}"
                    yield macro_places.problem(("macros", name, *key), message, suggestion=advice)


def _last_resorts(macro: MacroConfig, channel: str) -> Iterator[tuple[tuple[str, str], str]]:
    """The texts after which there is no shorter one, with their keys."""
    key = "shorter" if {channel, DEFAULT} & macro.shorter.keys() else "text"
    for name, texts in ((key, getattr(macro, key)), ("without_issue", macro.without_issue)):
        own = channel if channel in texts else DEFAULT
        if own in texts:
            yield (name, own), texts[own]


def _at_its_longest(text: str) -> str:
    """Without the name: a text that is too long with it does without."""
    return Text(without_name(text)).safe_substitute(_LONGEST).strip()
