"""What all models of vendors' answers share. Unknown keys are ignored: vendors add some often."""

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

WireText = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
"""A text that may be null."""


class WireModel(BaseModel):
    # From attributes too: zenpy and python-gitlab have parsed the JSON already.
    model_config = ConfigDict(extra="ignore", frozen=True, from_attributes=True, hide_input_in_errors=True)


# A pair of halves is one character; a half without its other half is none. What is escaped itself is passed over.
_HALVES = re.compile(r"\\\\|\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|\\u[dD][89a-fA-F]\w\w")
_HALF = len(r"\ud800")


def without_halves(body: bytes) -> str:
    """JSON in which half a character pair is U+FFFD: a text that was cut within an emoji has one."""
    text = body.decode("utf-8", "replace")
    return _HALVES.sub(lambda found: r"\ufffd" if len(found[0]) == _HALF else found[0], text)
