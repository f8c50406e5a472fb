"""How long a text is where it is posted: in characters, or as X counts them.

X: https://github.com/twitter/twitter-text, `config/v3.json`: a link is 23, what lies outside of four ranges is 2, and
an emoji is 2 however many characters it is made of.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

Counted = Literal["characters", "x"]

_LINK_LENGTH: Final = 23
_LIGHT: Final = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_LABEL: Final = r"(?:[a-z0-9-]{1,63}\.)"
_WORLD: Final = "com|org|net|info|biz|edu|gov|app|dev|cloud|blog|tech|site|online|news|live|support|help|page|co|tv"
_PATH: Final = r"/[^\s<>\"]{0,2000}[\w/]"
# Domains are links without https:// too. Those of a country must stand below another, or have a path.
_LINK: Final = re.compile(
    rf"https?://[^\s<>\"]{{1,4000}}[\w/]|(?<![\w@#$./-])(?:{_LABEL}{{1,5}}(?:{_WORLD})(?![\w-]|\.\w)(?:{_PATH})?"
    rf"|{_LABEL}{{2,5}}[a-z]{{2}}(?![\w-]|\.\w)(?:{_PATH})?|{_LABEL}[a-z]{{2}}{_PATH})",
    re.IGNORECASE,
)
_PICTURE: Final = (
    "[\u203c-\u2049\u2122-\u21aa\u2300-\u27bf\u2934-\u2b55\u3030-\u303d\u3297-\u3299\U0001f000-\U0001faff]"
)
_ONE: Final = f"(?:{_PICTURE}|[\u00a9\u00ae](?=\ufe0f))(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?"
_EMOJI: Final = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|\U0001f3f4[\U000e0020-\U000e007f]{{1,8}}|{_ONE}(?:\u200d{_ONE}){{0,8}}"
)


@dataclass(frozen=True, slots=True)
class PostLimit:
    """What a channel takes."""

    most: int | None = None
    """None: anything."""
    counted: Counted = "characters"

    def length(self, text: str) -> int:
        return _as_x_counts(text) if self.counted == "x" else len(text)

    def fits(self, text: str) -> bool:
        return self.most is None or self.length(text) <= self.most


def _as_x_counts(text: str) -> int:
    without_links, links = _LINK.subn("", unicodedata.normalize("NFC", text))
    rest, emoji = _EMOJI.subn("", without_links)
    light = len(_LIGHT.findall(rest))
    return links * _LINK_LENGTH + 2 * emoji + light + 2 * (len(rest) - light)
