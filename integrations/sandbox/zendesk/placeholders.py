"""Zendesk renders placeholders in what agents write, on save: text copied from a customer can run as one.

https://support.zendesk.com/hc/en-us/articles/4408886858138 (placeholders reference)
"""

from __future__ import annotations

import re
from collections.abc import Callable

_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_BLOCK = re.compile(r"\{%.*?%\}", re.DOTALL)


def expand(text: str, value_of: Callable[[str], str | None]) -> str:
    """`text` with `{{name}}` replaced by its value (unknown names render empty) and `{% ... %}` removed.

    Names are case-sensitive. Of a Liquid filter (`{{name | filter}}`) only the name counts.
    """
    if "{" not in text:
        return text
    without_blocks = _BLOCK.sub("", text)
    return _PLACEHOLDER.sub(lambda match: value_of(match[1].partition("|")[0].strip()) or "", without_blocks)
