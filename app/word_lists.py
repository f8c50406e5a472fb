"""Lists of words and phrases in text files beside the code. A line that begins with `#` is a comment."""

from pathlib import Path


def words(listed: str) -> frozenset[str]:
    """A list of words reads best as words."""
    return frozenset(listed.split())


def lines_of(file: Path) -> list[str]:
    text = file.read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def words_of(file: Path) -> frozenset[str]:
    return words(" ".join(lines_of(file)))
