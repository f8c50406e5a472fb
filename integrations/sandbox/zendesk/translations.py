"""What Zendesk says by itself, in the account's language: its codes are English everywhere, its sentences are not."""

import re
import tomllib
from pathlib import Path
from typing import Any

_SENTENCES: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parent / "data" / "translations.toml").read_text(encoding="utf-8")
)
LANGUAGES = ("en", *next(iter(_SENTENCES.values())))
_PATTERNS = [
    (re.compile(re.escape(sentence).replace(r"\{\}", "(.+)")), spoken) for sentence, spoken in _SENTENCES.items()
]


def in_language(language: str, said: Any) -> Any:
    """A sentence, or all `description`s and `error`s within; what is not known stays English."""
    if isinstance(said, dict):
        return {name: in_language(language, value) for name, value in said.items()}
    if isinstance(said, list):
        return [in_language(language, value) for value in said]
    return _sentence(language, said) if isinstance(said, str) and language != "en" else said


def _sentence(language: str, said: str) -> str:
    for pattern, spoken in _PATTERNS:
        if found := pattern.fullmatch(said):
            return spoken[language].format(*found.groups())
    return said
