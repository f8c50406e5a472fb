"""Text from people, made harmless for Slack and Mattermost: no ping, no link of theirs, no second line."""

from __future__ import annotations

import unicodedata

# Slack decodes these three and nothing else.
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Mattermost pings on a plain @channel and links ~channel; hence wide look-alikes.
LOOK_ALIKES = str.maketrans({"@": "＠", "~": "～"})


def escape(text: str, limit: int = 300) -> str:
    """One line, at most `limit` characters of it, that pings nobody and forms no link or image."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    seen = "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Cs"})
    line = " ".join(seen.split())
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    # Apart, so that Mattermost makes no link of [text](address), and loads no image.
    return line.replace("](", "] (").translate(LOOK_ALIKES).translate(ENTITIES)
