"""Text from people, made harmless for Slack and Mattermost: no ping, no link of theirs, no second line."""

import unicodedata
from urllib.parse import quote, urlsplit

from integrations.visible import visible

# Slack decodes these three and nothing else.
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Mattermost pings on a plain @channel and links ~channel; hence wide look-alikes.
LOOK_ALIKES = str.maketrans({"@": "＠", "~": "～"})
# In an address: no sign that either chat reads as its own, so neither `&` nor `|`, `*`, `@`, `(`, ...
LEFT_IN_ADDRESS = "%/:?#=+,;!$'-._"


def escape(text: str, limit: int = 300) -> str:
    """One line, at most `limit` characters of it, that pings nobody and forms no link or image."""
    spaced = "".join(" " if char.isspace() else char for char in visible(text))
    seen = "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Cs"})
    line = " ".join(seen.split())
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    # Apart, so that Mattermost makes no link of [text](address), and loads no image.
    return line.replace("](", "] (").translate(LOOK_ALIKES).translate(ENTITIES)


def link(address: str) -> str:
    """`address` bare, as both chats link it by themselves; "" for what is no http address, or has several parameters.

    Signs that mean something to a chat are percent-encoded, which is the same address; an `&` cannot be, hence "".
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or "&" in address or "@" in parts.netloc:
        return ""
    return quote(address, safe=LEFT_IN_ADDRESS, errors="replace").replace("~", "%7E")
