"""What to greet a person by. In doubt nothing: a text reads well without a name, and badly with a wrong one."""

import re
import unicodedata

from app.redaction.literal_search import DATA
from app.word_lists import words, words_of

_LONGEST = 40
_TITLES = words(
    "mr mrs ms miss mx sir madam dr prof professor doctor rev hon ing dipl mag herr frau hr fr dott sig m mme mlle sr "
    "sra med srta señor señora monsieur madame"
)
_SUFFIXES = words("jr sr ii iii iv phd md msc bsc mba esq dds cpa ma ba dr prof")
_COMPANY = words(
    "inc incorporated ltd limited llc llp plc gmbh ag kg ug corp corporation co company bv nv oy ab srl sa sas spa pty "
    "group holding holdings technologies technology solutions systems software labs studio studios services consulting "
    "university institute foundation association bank agency department dept office team the "
    "ооо оао зао пао ао ип"
)
_NOBODY = _COMPANY | words_of(DATA / "no_names.txt") | words("visitor unknown web user caller undefined nan na")
"""With one of these the name is a company's, or stands for nobody."""
_PARTICLES = words("da das de del della den der di do dos du la le ten ter van vande vander von vom zu zum zur")
"""They begin a family name."""
_ASIDE = re.compile(r"[(\[{<][^)\]}>]{0,80}[)\]}>]|[\"“„][^\"“”„]{0,80}[\"“”]")
_NAME = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
_FAMILY_FIRST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts in which the family's name stands first."""


def first_name(name: str) -> str:
    """`""` for what is no person's name: an address, a handle, a company, a placeholder, a family name alone."""
    text = " ".join(_ASIDE.sub(" ", unicodedata.normalize("NFC", name[:200])).split())
    # "Acme - Jane Doe" and "Jane Doe - Acme" look the same.
    if " - " in text or re.search(r"[@\d_/\\|:&+]", text) or _FAMILY_FIRST.search(text):
        return ""
    parts = [part.split() for part in text.split(",")]
    parts = [part for number, part in enumerate(parts) if part and (not number or not _all(part, _SUFFIXES))]
    spoken = [word for part in parts for word in part]
    if not 1 <= len(parts) <= 2 or any(_plain(word) in _NOBODY for word in spoken if _plain(word) not in _TITLES):
        return ""
    return _given(parts[-1], alone=len(parts) == 1, shouted=text.isupper() or text.islower())


def _given(spoken: list[str], *, alone: bool, shouted: bool) -> str:
    """The given name among the words; `alone`: no family name stands elsewhere, so one must follow."""
    left = [word for word in spoken if _plain(word) not in _TITLES]
    titled, named = len(left) < len(spoken), [word for word in left if len(_plain(word)) > 1]
    if not named or (alone and len(named) == 1 and (titled or len(left) > 1 or shouted)):
        return ""
    first = named[0].strip("'’.-")
    if not _NAME.fullmatch(first) or len(first) > _LONGEST or first.lower() in _PARTICLES:
        return ""
    if shouted:
        return first.title() if first.isascii() or first.lower() != first.upper() else first
    return "" if re.search(r"[a-z][A-Z]", first) and len(left) == 1 else first


def _plain(word: str) -> str:
    return word.strip(".,;'’-").replace(".", "").lower()


def _all(spoken: list[str], known: frozenset[str]) -> bool:
    return all(_plain(word) in known for word in spoken)
