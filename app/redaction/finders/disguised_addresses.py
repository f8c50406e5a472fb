"""E-mail addresses in words: `name [at] example dot com`, `jane.roe at example.com`, `jane_at_example.com`.

"at" and "dot" are words too. They make an address where the name has a dot, where a word such as "mail" or "write"
stands before it, or where the dots are spelled; not behind a verb ("we host at example dot com"), and only before a
top-level domain ("look at main.go").
"""

import re
from collections.abc import Iterator
from typing import Final

from phonenumbers import SUPPORTED_REGIONS

from app.redaction.kinds import Span
from app.redaction.literal_search import DATA
from app.word_lists import words, words_of

_AT_WORD = r"(?i:at|ät|arroba|arobase|chiocciola|klammeraffe|собака|małpa)"
_DOT_WORD = r"(?i:dot|punkt|point|punto|ponto|точка|kropka)"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_WORD = r"[^\W_]{1,63}"
_BRACKETED_DOT = rf"[ ]{{0,2}}[\[({{<]\s?(?:\.|{_DOT_WORD})\s?[\])}}>][ ]{{0,2}}"
_DOT = rf"(?:\.|{_BRACKETED_DOT}|[ ]{_DOT_WORD}[ ])"

_BRACKETED = re.compile(rf"[\[({{<]\s?(?:@|{_AT_WORD}|(?i:bei|chez|hos|presso))\s?[\])}}>]")
_AFTER_BRACKETED = re.compile(
    rf"\s{{0,2}}[\w-]{{1,63}}+(?:\s{{0,2}}(?:\.|{_BRACKETED_DOT}|(?<=\s){_DOT_WORD}(?=\s))\s{{0,2}}{_LABEL}){{1,4}}"
)
_NAME_BEFORE_BRACKETED = re.compile(r"\s{0,2}[\w.+-]{1,64}+")

_DOMAIN = re.compile(rf"(?P<host>{_LABEL})(?:{_DOT}{_LABEL}){{1,4}}")
_JOINED_DOMAIN = re.compile(rf"(?P<host>{_WORD})(?:(?:\.|[-_]{_DOT_WORD}[-_]){_WORD}){{1,4}}")
_SIGNS: Final = (
    ("spoken", re.compile(rf"[ ](?P<sign>@|{_AT_WORD})[ ](?=\w)"), _DOMAIN),
    ("plain", re.compile(r"(?<=\w)(?P<sign>@)(?=\w)"), _DOMAIN),
    ("loose", re.compile(r"(?<=\w)(?P<sign>@[ ]|[ ]@)(?=\w)"), _DOMAIN),
    ("certain", re.compile(r"(?<=\w)(?P<sign>\(a\))(?=\w)"), _DOMAIN),
    ("joined", re.compile(rf"(?<=[^\W_])(?P<sign>[-_]{_AT_WORD}[-_])(?=[^\W_])"), _JOINED_DOMAIN),
)
"""How "at" is written: a word, `@` with a dot in words behind it, `@` with one blank, `(a)`, or within one word."""
_REVERSED_DOT = r"(?i:tod|tknup|tniop|otnup|otnop)"
_NAME_BACKWARDS = re.compile(rf"[\w.+-]{{1,64}}+(?:[ ]{_REVERSED_DOT}[ ][\w+-]{{1,30}}+){{0,2}}")
_JOINED_BACKWARDS = re.compile(rf"[^\W_]{{1,30}}+(?:(?:\.|[-_]{_REVERSED_DOT}[-_])[^\W_]{{1,30}}+){{0,2}}")
_SPELLED = re.compile(rf"[ _-]{_DOT_WORD}[ _-]|{_BRACKETED_DOT}")
_MAIL_BEFORE = re.compile(
    r"""(?i)(?:\be-?mails?|\bmail|\baddress|\badresse|\bwrite|\breach|\bcontact|\bping|kontakt|\bschreib\w{0,3}|\bcorreo
        |\bcourriel|\bescrib\w{0,4}|\bécri\w{0,4})
        (?:[ ](?:me|us|to|is|an|mir|uns|address|id|at)){0,3}[ ]?[:=]?[ ]{0,2}["'(<]?\Z""",
    re.VERBOSE,
)
_CODE_NAME = re.compile(r"[a-z][A-Z]|[A-Z]{2}.*[a-z]|(?i:exception|error)\Z|__")

_SUBJECTS: Final = words("we i you they he she it who which that to a an the our my your their its this not still")

TOP_LEVEL: Final = words_of(DATA / "top_level_domains.txt") | (
    # Top-level domains of countries that are better known as file names' endings stay files.
    {region.lower() for region in SUPPORTED_REGIONS} - words("rs sh md pl py cc so ps ml mm vi")
)
ENDINGS: Final = words(
    """
    rb py js ts jsx tsx vue go rs java c h cpp cs php sh md rst txt log yml yaml json toml xml html css scss conf cfg
    ini env lock sql svg pdf png jpg gif zip gz tar deb rpm exe dll jar gem com org net io dev app
    """
)
"""What the last word of a person's name before "at" is not: then it is a file or a host."""
NO_NAMES: Final = words_of(DATA / "words_before_at.txt")
PROVIDERS: Final = words(
    """
    gmail googlemail yahoo hotmail outlook icloud gmx protonmail proton mail live aol yandex fastmail zoho tutanota
    posteo qq 163 126 naver web
    """
)
"""Hosts of mailboxes: what stands before "at gmail.com" is a name."""
PLACES: Final = frozenset({"gitlab", "github", "about"})
"""Hosts that follow "at" without a mailbox before them ("a page at gitlab dot com")."""
BEFORE: Final = 130


def disguised_addresses(text: str) -> Iterator[Span]:
    yield from _bracketed(text)
    for style, sign, behind in _SIGNS:
        for at in sign.finditer(text):
            domain = behind.match(text, at.end(), at.end() + 300)
            backwards = _JOINED_BACKWARDS if style == "joined" else _NAME_BACKWARDS
            name = backwards.match(text[max(0, at.start() - BEFORE) : at.start()][::-1]) if domain else None
            if domain and name and _is_address(style, text, name[0][::-1], at, domain):
                yield Span(at.start() - name.end(), domain.end(), "email")


def _bracketed(text: str) -> Iterator[Span]:
    for at in _BRACKETED.finditer(text):
        after = _AFTER_BRACKETED.match(text, at.end(), at.end() + 300)
        name = _NAME_BEFORE_BRACKETED.match(text[max(0, at.start() - 66) : at.start()][::-1])
        if after and name:
            yield Span(at.start() - name.end(), after.end(), "email")


def _is_address(style: str, text: str, name: str, at: re.Match[str], domain: re.Match[str]) -> bool:
    plain = _SPELLED.sub(".", name).strip(".-+_").lower()
    host = _SPELLED.sub(".", domain[0])
    is_spelled = host != domain[0]
    if host.rpartition(".")[2].lower() not in TOP_LEVEL or plain in {"", "git", "hg"}:
        return False
    if style == "plain":
        return is_spelled  # with dots alone it is an ordinary address
    if "." in plain:
        return _is_dotted_name(_SPELLED.sub(".", name))
    start = at.start() - len(name)
    if not _is_name(plain) or style == "loose":
        return False
    if style == "certain" or _MAIL_BEFORE.search(text, max(0, start - 40), start):
        return True
    is_clear = style == "spoken" and (at["sign"] != "at" or domain["host"].lower() in PROVIDERS)
    return (is_clear or is_spelled) and domain["host"].lower() not in PLACES and not _is_sentence(text, start)


def _is_name(word: str) -> bool:
    return word[0].isalpha() and word not in NO_NAMES and not word.endswith(("ed", "ing"))


def _is_sentence(text: str, start: int) -> bool:
    """Does what stands before make the word a verb or a thing: "we", "to", "our"?"""
    before = text[max(0, start - 24) : start].lower().split()
    return bool(before) and text[start - 1] == " " and before[-1] in _SUBJECTS


def _is_dotted_name(name: str) -> bool:
    """`jane.roe`, and no host, file, version, class or method."""
    parts = name.split(".")
    return (
        len(parts) <= 3
        and all(part and not part[0].isdigit() for part in parts)
        and parts[-1].lower() not in ENDINGS
        and not (len(parts) == 3 and parts[-1].lower() in TOP_LEVEL)
        and _CODE_NAME.search(name) is None
    )
