"""Texts that are too long for their channel, even where every placeholder is empty."""

import re
from collections.abc import Iterator
from typing import Final

from app.rules.macros import DEFAULT
from app.rules.parsing.pieces import Pieces
from app.rules.parsing.positions import Positions, Problem

_PLACEHOLDER: Final = re.compile(r"\$\{[a-z_]*\}")


def check_lengths(pieces: Pieces, macro_places: Positions) -> Iterator[Problem]:
    """A channel without a text of its own gets the default one."""
    limits = {name: channel.longest for name, channel in pieces.channels.items() if channel.longest is not None}
    for name, macro in pieces.macros.items():
        for channel, longest in limits.items() if macro.visibility == "public" else ():
            key = channel if channel in macro.text else DEFAULT
            length = len(_PLACEHOLDER.sub("", macro.text.get(key, "")).strip())
            if length > longest:
                advice = f"shorten it, or give `{channel}` a text of its own" if key == DEFAULT else "shorten it"
                message = f"{length} characters without the placeholders; `{channel}` takes {longest}"
                yield macro_places.problem(("macros", name, "text", key), message, suggestion=advice)
