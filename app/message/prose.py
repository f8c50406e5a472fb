"""What of a text tells its author's language: sentences, not logs, error messages or what is quoted inside them."""

import re
from typing import Final

from app.message.patterns import LONGEST_LINE, one_of
from app.rules.folding import clean
from app.rules.re2_patterns import compiled, fits

_INDENTED: Final = ("  ", "\t")
_LOG: Final = compiled(
    r"\A\s*(?:[\[(]?\d{1,4}[-/.:T ]\d{1,2}[-/.:T ]\d{1,2}|\[\w+\]|at [\w.$<>]+\("
    r"|(?:remote|fatal|warning|hint|npm err!|traceback)\b ?:"
    r"|\w+(?:error|exception)\b|[$#%] \w|(?:debug|info|warn|error|fatal|trace)\b[ \[:|])"
)
_ERROR: Final = compiled(rf"(?:{one_of('error_labels')})\s?:.*")
# Python's own, for RE2 takes 1.5 MB to count to 400. A quotation mark costs 400 steps at most.
_QUOTED: Final = re.compile(r"\"[^\"]{8,400}+\"|«[^»]{8,400}+»|「[^」]{4,400}+」")


def prose(text: str) -> str:
    """`text` without logs, error messages and what stands in quotation marks; lines stay lines."""
    return "\n".join(_prose_of(line[:LONGEST_LINE]) for line in clean(text).splitlines())


def paragraphs(text: str) -> list[str]:
    """What blank lines part, or each line where none do; without what a line with a colon announces, like a message."""
    lines = [line for line in text.splitlines() if not line.startswith(_INDENTED)]
    parts = "\n".join(line.strip() for line in lines).split("\n\n")
    if len(parts) == 1:
        parts = lines
    parts = [part.strip() for part in parts if part.strip()]
    return [part for before, part in zip(["", *parts], parts, strict=False) if not _announces(before)]


def _announces(paragraph: str) -> bool:
    """A single word with a colon, like "English:", is a title."""
    return paragraph.endswith(":") and len(paragraph.split()) > 1


def _prose_of(line: str) -> str:
    if fits(_LOG, line):
        return ""
    return _QUOTED.sub(" ", str(_ERROR.sub(" ", line)))
