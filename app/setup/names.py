"""Keys of objects, from the names of the YAML."""

import re
import unicodedata
from typing import Final

_OTHER: Final = re.compile(r"[^a-z0-9]+")


def key_of(kind: str, *names: str) -> str:
    """`macro/community-mention/twitter` of `Community::Mention` and `twitter`."""
    return f"{kind}/" + "/".join(_slug(name) for name in names)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub("-", plain).strip("-") or "x"
