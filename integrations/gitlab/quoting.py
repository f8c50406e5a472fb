"""Text from people, made harmless before GitLab stores it: no quick action, mention, reference, image or HTML.

Creating an issue or a note through the API runs the quick actions in it with the bot's rights, and notifies whoever
it mentions. The rules are those of GitLab's extractor (lib/gitlab/quick_actions/extractor.rb) and reference filters.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Sequence

from integrations.visible import visible

MAX_TITLE = 255
MARKER_DIGITS = 20

PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Without the bound, a long word would be looked through from each of its letters.
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}://")
# What would become a reference, an image or a tag in a title, where neither backslash nor code protects.
TITLE_LOOK_ALIKES = (
    (re.compile(r"@"), "＠"),
    (re.compile(r"#(?=\w)"), "＃"),
    (re.compile(r"!(?=\w)"), "！"),
    (re.compile(r"~(?=[\w\"'])"), "～"),
    (re.compile(r"%(?=[\w\"'])"), "％"),
    (re.compile(r"&(?=\w)"), "＆"),
    (re.compile(r"\$(?=\w)"), "＄"),
    (re.compile(r"\[(?=\w+:)"), "［"),
    (re.compile(r"\]\("), "] ("),
    (re.compile(r"<(?=[A-Za-z/!?])"), "＜"),
    (re.compile(r"\*(?=iteration:)", re.IGNORECASE), "＊"),
    (re.compile(r"(?<=\bGL)-(?=\d)", re.IGNORECASE), "\u2011"),
)


def fence(text: str) -> str:
    """A code block that holds all that is seen of `text`. Belongs at top level, a blank line before and after it."""
    # First: GitLab deletes \r, so that "``\r``" would become a longer fence than those that were counted.
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    whole = _without_halves(visible(unix.replace("\x00", "\ufffd")))
    longest = max((len(run) for run in re.findall(r"`+", whole)), default=0)
    ticks = "`" * max(4, longest + 1)
    return f"{ticks}text\n{whole}\n{ticks}"


def one_line(text: str, limit: int = 200) -> str:
    """For a heading or a sentence: one line, at most `limit` characters of it, all ASCII punctuation escaped."""
    return PUNCTUATION.sub(r"\\\1", _cut(_clean(text), limit))


def issue_title(text: str) -> str:
    """For an issue's title, at most 255 characters. Titles are no Markdown, but references in them count."""
    title = SCHEME.sub("", _clean(text)).replace("://", ": //")
    for pattern, harmless in TITLE_LOOK_ALIKES:
        title = pattern.sub(harmless, title)
    return _cut(" ".join(title.split()), MAX_TITLE)


def make_marker(secret: str, parts: Sequence[str | int]) -> str:
    """The word by which an issue of ours is found again: `zdrk` and 20 hex digits, the same for the same parts.

    One lower-case word of fixed length, because GitLab's search splits at punctuation and matches prefixes.
    """
    # The length before each part keeps ("a", "bc") and ("ab", "c") apart.
    message = "".join(f"{len(part)}:{part}" for part in map(str, parts))
    digest = hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
    return f"zdrk{digest[:MARKER_DIGITS]}"


def marker_line(marker: str) -> str:
    """The first line of a description: not shown, but searchable."""
    return f"<!-- {marker} -->"


def _clean(text: str) -> str:
    """One line, without characters that are not seen: controls, zero-width, direction marks, halves of pairs."""
    spaced = "".join(" " if char.isspace() else char for char in visible(text))
    seen = "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Cs"})
    return " ".join(seen.split())


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _without_halves(text: str) -> str:
    """Halves of surrogate pairs cannot be sent as UTF-8."""
    return text.encode("utf-8", "replace").decode() if any("\ud800" <= char <= "\udfff" for char in text) else text
