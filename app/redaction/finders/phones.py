"""Telephone numbers: found by a plus, by the word before them, or by a country's numbering plan.

A plan (of phonenumbers) must find the number valid, and grouped as people in that country group it.

Digits without a word before them and without grouping stay: they are ids of jobs, pipelines and projects.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import Leniency, NumberParseException, PhoneNumberMatcher

from app.redaction.kinds import REMOVED, Span
from app.redaction.literal_search import lowered, positions
from app.word_lists import words

REGIONS: Final = (
    *("US", "GB", "DE", "FR", "ES", "MX", "BR", "IN", "JP", "CN", "PL", "RU", "SE", "NL", "CH", "AU", "IT", "CZ", "UA"),
    *("DK", "NO", "AT", "BE", "TR", "KR", "SG", "ZA", "AR"),
)
MOST_JUDGED = 100
"""Asking for all regions costs up to 2 ms a number. Of more numbers than these (a list of customers?) all go."""
NEAR = 24
"""Characters between a label and its number ("phone number is: ")."""
LINE = 60
"""Characters on either side that are looked at to tell a number from a row of a table."""

_BY = r"[ \u00a0\u2007\u2009\u202f().·・/‐‑–－-]"
# Digits and what may group them, as far as it goes.
_RUN = re.compile(rf"(?:[+＋]{_BY}{{0,2}}|[(（])?\d(?:{_BY}{{0,3}}\d){{5,}}+")
# Several numbers in one run: "0171 2345678 / 0171 2345679".
_PIECE = re.compile(rf"(?:[+＋]|[(（])?\d(?:{_BY}?\d|\) ?\d| \(\d)*+")
_WEAK: Final = words("ring dial call contact signal port reach t m p f")
"""Labels that stand before other numbers too: the digits must be grouped, as a telephone's are."""
_GAP = re.compile(rf"[^\d\n,;|{{}}{REMOVED}]*")
_INITIAL_LABEL = re.compile(r"(?<![^\W_])[TMPF][:.\t ]{1,2}\Z")
_DATE = re.compile(r"(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])(?!\d)|(?<!\d)[0-3]?\d[-./][01]?\d[-./](?:19|20)\d\d(?!\d)")
_DOTTED = re.compile(r"\d{1,4}(?:\.\d{1,4}){1,3}|\d+\.\d+|\d(?:\.\d+)+|[\d.]+\.\d{5,}")
_ZEROS = re.compile(r"00 {0,2}[1-9]")
# No id begins with a single zero; many a mobile number is written so.
_BARE = re.compile(r"0[1-9]\d{8,9}")
_GROUP = re.compile(r"\d+")
_SHORT_START = re.compile(r"[02-69](?!\d)")
_EXTENSION_WORD = re.compile(r" ?(?:x|ext\.? ?)\d{1,6}(?!\w)")
_EXTENSION = re.compile(r"-\d{1,4}\Z")
# A trunk prefix, an area code in brackets, or North America's 3-3-4: few other numbers look like that.
_NORTH_AMERICAN = re.compile(r"(?:1[-. ])?\d{3}([-.])\d{3}\1\d{4}")
_STRONG = re.compile(
    rf"0\d{{1,5}}\D|0[/-]|0 \d{{2,5}} ?[/-]|\([\d ]{{1,6}}\)|[178][ -]?\(|{_NORTH_AMERICAN.pattern}(?: ?[xe]|\Z)"
)
_BEGINNINGS: Final = words(
    """
    tel tél phone cell cel mob móv port handy fax what viber signal sms hotline helpline durchwahl landline rufnummer
    service care support free toll contact puh gsm ring dial call reach ph тел моб факс tlf
    电话 電話 携帯 手机 手機 传真 連絡先 전화 휴대폰 هاتف جوال טלפון ☎ 📞 📱 ☏ ✆
    """
)
"""How labels begin: words before which a number is a telephone's, in the languages of the tickets."""
_LABEL = re.compile(
    r"""(?<![^\W_]) (?P<word>
        tele(?:ph|f)o[nh]\w{0,10} | tel[ée]f\w{0,8} | tele? | tél | tlf | phones? | phone_?number | ph | cell?
      | cellphone | mobiles? | mobil\w{0,8} | mob | m[óo]vil | cellulare | celular | port | portable | handy | fax
      | whats?app | viber | signal | sms | hotline | helpline | durchwahl | landline | rufnummer | puh | gsm | ring
      | dial | call | contact | reach | (?:service|care|support|free)\ number | toll[ -]?free
      | телефон | тел | моб | факс
    ) (?:[ ]me)? (?![^\W_])
    | (?P<sign> 电话|電話|携帯|手机|手機|传真|連絡先|전화|휴대폰|هاتف|جوال|טלפון|☎|📞|📱|☏|✆)""",
    re.VERBOSE,
)


class _Number(NamedTuple):
    start: int
    written: str
    digits: int


def phones(text: str) -> Iterator[Span]:
    numbers = list(_numbers(text))
    if not numbers:
        return
    labels = _label_ends(text)
    judged = []
    for number in numbers:
        if _is_plainly_one(text, number, labels):
            yield Span(number.start, number.start + len(number.written), "phone")
        elif _could_be_national(text, number):
            if _STRONG.match(number.written) and not _is_in_a_table(text, number):
                yield Span(number.start, number.start + len(number.written), "phone")
            else:
                judged.append(number)
    for number in judged:
        found = _grouped_as_people_do(number.written) if len(judged) <= MOST_JUDGED else {(0, len(number.written))}
        for start, end in found:
            yield Span(number.start + start, number.start + end, "phone")


def _label_ends(text: str) -> tuple[list[int], list[str]]:
    """Where labels end, ascending, and each one's word in lower case."""
    low = lowered(text)
    ends: list[int] = []
    labels: list[str] = []
    for at in positions(low, _BEGINNINGS):
        match = _LABEL.match(low, at)
        if match and (not ends or match.end() > ends[-1]):
            ends.append(match.end())
            labels.append(match["word"] or match["sign"])
    return ends, labels


def _numbers(text: str) -> Iterator[_Number]:
    for run in _RUN.finditer(text):
        extension = _EXTENSION_WORD.match(text, run.end())
        end = extension.end() if extension else run.end()
        if _goes_on(text, end):
            continue
        digits = sum(map(str.isdigit, run[0]))
        if digits <= 15:
            yield _Number(run.start(), text[run.start() : end], digits)
        elif digits <= 60:
            for piece in _PIECE.finditer(run[0]):
                if 6 <= (digits := sum(map(str.isdigit, piece[0]))) <= 15:
                    yield _Number(run.start() + piece.start(), piece[0], digits)


def _goes_on(text: str, end: int) -> bool:
    """What follows makes it a part of a word, a decimal or a list of numbers."""
    after = text[end : end + 2]
    return bool(after) and (after[0].isalnum() or after[0] == "_" or (after[0] == "," and after[1:].isdigit()))


def _is_plainly_one(text: str, number: _Number, labels: tuple[list[int], list[str]]) -> bool:
    before = text[number.start - 1 : number.start]
    if number.written[0] in "+＋":
        return number.digits >= 7 and not before.isalnum()
    if before.isalnum() or _DATE.search(number.written):
        return False
    if _ZEROS.match(number.written) and number.digits >= 11:
        return not number.written.isdigit() or _valid("+" + number.written[2:]) or _is_labelled(text, number, *labels)
    return _is_labelled(text, number, *labels)


def _is_labelled(text: str, number: _Number, ends: list[int], labels: list[str]) -> bool:
    is_bare = number.written.isdigit()
    if number.digits < (7 if is_bare else 6) or (_DOTTED.fullmatch(number.written) and number.digits < 8):
        return False
    at = bisect_right(ends, number.start) - 1
    if at >= 0 and number.start - ends[at] <= NEAR and _GAP.fullmatch(text, ends[at], number.start):
        if labels[at] not in _WEAK:
            return True
        gap = text[ends[at] : number.start].strip(" :.(")
        if not is_bare and number.digits >= 7 and not gap[:1].isalpha():
            return True
    return not is_bare and _INITIAL_LABEL.search(text, max(0, number.start - 5), number.start) is not None


def _could_be_national(text: str, number: _Number) -> bool:
    written = number.written
    if not 7 <= number.digits <= 14 or _is_something_else(written) or _is_inside(text, number):
        return False
    if _STRONG.match(written) or _BARE.fullmatch(written):
        return True
    return not _SHORT_START.match(written) and not _is_in_a_table(text, number)


def _is_something_else(written: str) -> bool:
    """An id, a decimal, a date, a version, a bracket that is left open."""
    if written.lstrip("(（").isdigit() and not _BARE.fullmatch(written):
        return True
    is_dotted = _DOTTED.fullmatch(written) and not _NORTH_AMERICAN.fullmatch(written)
    is_open = written[0] in "(（" and ")" not in written and "）" not in written
    return bool(is_dotted or is_open or _DATE.search(written) or written.startswith(("0.", "(0.")))


def _is_inside(text: str, number: _Number) -> bool:
    """A part of a path, an expression, an id or a longer number."""
    before = text[max(0, number.start - 1) : number.start]
    after = text[(end := number.start + len(number.written)) : end + 2]
    if before.isalnum() or before in {*".,:/#+=@$€£%-"} or after[:1] in {"%", "]"}:
        return True
    return after[:1] in {*"-:/."} and after[1:].isalnum()


def _is_in_a_table(text: str, number: _Number) -> bool:
    start = number.start
    end = start + len(number.written)
    line_before = text[max(0, start - LINE) : start].rpartition("\n")[2]
    line_after = text[end : end + LINE].partition("\n")[0]
    around = line_before + " " + line_after
    if not around.strip():
        return False
    numbers = len(_GROUP.findall(around))
    return numbers >= 3 or line_before.endswith(("[", "(", "{")) or not any(map(str.isalpha, around))


def _grouped_as_people_do(written: str) -> set[tuple[int, int]]:
    """Where in it a valid number stands that is grouped as in one of the regions; with its extension."""
    extension = _EXTENSION.search(written)
    for number in (written, written[: extension.start()]) if extension else (written,):
        for region in REGIONS:
            if _valid(number, region):
                found = {(m.start, m.end) for m in PhoneNumberMatcher(number, region, Leniency.STRICT_GROUPING)}
                if found:
                    return {(start, len(written) if end == len(number) else end) for start, end in found}
    return set()


def _valid(written: str, region: str | None = None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(written, region))
    except NumberParseException:
        return False
