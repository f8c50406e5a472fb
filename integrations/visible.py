"""Text from people as a person sees it: without the characters that only machines read.

Tag characters and variation selectors can hold a whole hidden sentence, and direction overrides show another one than
is there. They never leave: not into issues, notes and chats, where a person decides by what is seen, nor into prompts.
"""

import re
from typing import Final

# Joiners and the selectors of emoji stay where a script or an emoji needs them, one at a time.
_NEEDS_ONE = "\u0080-\u200a\u2010-\ufdff\ufe10-\U0010ffff"
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
    f"|(?<![{_NEEDS_ONE}\ufe0f])[\u200c\u200d]|[\u200c\u200d](?![{_NEEDS_ONE}])"
    f"|(?<![0-9#*\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff])[\ufe0e\ufe0f]"
)


def visible(text: str) -> str:
    """`text` without tag characters, direction marks and overrides, zero-width and filling characters."""
    # Again, because what is taken out may have stood between a joiner and the letter it needed.
    while (seen := _UNSEEN.sub("", text)) != text:
        text = seen
    return text
