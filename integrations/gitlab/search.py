"""How words are asked for: GitLab ANDs them, and falls back to a plain substring search at one curly quote."""

import unicodedata

# Characters outside U+0000-02FF, 1E00-1EFF, 2070-218F switch GitLab's full-text search (with stemming) off.
TYPOGRAPHIC = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'",
        "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"', "»": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
        "…": " ", "•": " ", "·": " ", "→": " ", "←": " ",
    }
)  # fmt: skip
MAX_QUERY = 250


def search_words(text: str) -> str:
    """`text` as a query: typographic punctuation made plain, invisible characters gone, one space between words."""
    plain = text.translate(TYPOGRAPHIC)
    seen = "".join(
        " " if char.isspace() else char
        for char in plain
        if char.isspace() or unicodedata.category(char) not in {"Cc", "Cf", "Cs"}
    )
    return " ".join(seen.split())[:MAX_QUERY].rstrip()
