"""Keys of objects, from the names of the YAML."""

import hashlib
import re
import unicodedata
from typing import Final

_OTHER: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 60


def key_of(kind: str, *names: str) -> str:
    """`macro/community-mention/twitter` of `Community::Mention` and `twitter`."""
    return f"{kind}/" + "/".join(_slug(name) for name in names)


def _slug(name: str) -> str:
    """With a hash where letters had to go, so that no two names share one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = _OTHER.sub("-", plain.replace("::", "-")).strip("-")
    letters = sum(character.isalnum() for character in name)
    if slug and len(slug) <= _LONGEST and sum(character.isalnum() for character in slug) >= letters:
        return slug
    return f"{slug[:_LONGEST]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".strip("-")
