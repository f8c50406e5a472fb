"""Card numbers (issuer's range, length and Luhn's sum) and IBANs (country's length and ISO 7064's sum)."""

import re
from collections.abc import Iterator
from typing import Final

from app.redaction.kinds import Span

# A run of groups of digits, as far as it goes; not the middle of a word, a decimal or a path.
_RUN = re.compile(r"(?<![\w.,/#-])\d{4,}+(?:[ \u00a0–-]\d{3,}+)*+(?![\w-]|[.,]\d)")
_GROUP = re.compile(r"\d+")
MOST_DIGITS = 19
# ISO/IEC 7812: Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay, Maestro.
_ISSUER = re.compile(
    r"""4(?:\d{12}|\d{15}|\d{18}) | (?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12} | 3[47]\d{13}
      | 3(?:0[0-5]|[689]\d)\d{11} | (?:6011|65\d\d|64[4-9]\d|35(?:2[89]|[3-8]\d)|62\d\d)\d{12,15}
      | (?:2131|1800)\d{11} | (?:5[0678]|6\d)\d{11,17}""",
    re.VERBOSE | re.ASCII,
)
_ASCII_DIGITS: Final = {code: str(int(chr(code))) for code in (*range(0x660, 0x66A), *range(0xFF10, 0xFF1A))}
_PLAIN: Final = {str(n): n for n in range(10)}
_DOUBLED: Final = {str(n): sum(divmod(2 * n, 10)) for n in range(10)}

# The registry's lengths (ISO 13616).
_IBAN_LENGTHS: Final = (
    *((15, "NO"), (16, "BE"), (18, "DK FI FO GL NL SD"), (19, "MK SI"), (20, "AT BA EE KZ LT LU MN XK")),
    *((21, "CH HR LI LV"), (22, "BG BH CR DE GB GE IE ME RS VA"), (23, "AE GI IL IQ OM SO TL")),
    *((24, "AD CZ ES MD PK RO SA SE SK TN VG"), (25, "LY PT ST"), (26, "IS TR"), (27, "BI DJ FR GR IT MC MR SM")),
    *((28, "AL AZ BY CY DO GT HU LB NI PL SV"), (29, "BR EG PS QA UA"), (30, "JO KW MU YE"), (31, "MT SC")),
    *((32, "LC"), (33, "RU")),
)
_LENGTH: Final = {country: length for length, countries in _IBAN_LENGTHS for country in countries.split()}
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?=[ ]?[A-Z0-9])")
_NUMBERS: Final = {chr(ord("A") + n): str(10 + n) for n in range(26)} | {str(n): str(n) for n in range(10)}


def account_numbers(text: str) -> Iterator[Span]:
    for run in _RUN.finditer(text):
        if run.end() - run.start() >= 13:
            yield from _cards(run)
    done = 0
    for start in _IBAN_START.finditer(text):
        if start.start() >= done and (end := _end_of_iban(text, start.start())):
            yield Span(start.start(), end, "bank_account")
            done = end


def _cards(run: re.Match[str]) -> Iterator[Span]:
    """Several may stand beside each other: each run of whole groups is tried, from the left."""
    written = run[0] if run[0].isascii() else run[0].translate(_ASCII_DIGITS)
    groups = [(group.start(), group.end(), group[0]) for group in _GROUP.finditer(written)]
    first = 0
    while first < len(groups):
        digits = ""
        step = 1
        for count, (_, end, group) in enumerate(groups[first : first + 6], start=1):
            digits += group
            if len(digits) > MOST_DIGITS:
                break
            if len(digits) >= 13 and _ISSUER.fullmatch(digits) and passes_luhn(digits):
                yield Span(run.start() + groups[first][0], run.start() + end, "card_number")
                step = count
                break
        first += step


def passes_luhn(digits: str) -> bool:
    return sum(map(_PLAIN.__getitem__, digits[-1::-2]), sum(map(_DOUBLED.__getitem__, digits[-2::-2]))) % 10 == 0


def _end_of_iban(text: str, start: int) -> int | None:
    length = _LENGTH.get(text[start : start + 2], 0)
    at = start
    compact = ""
    while len(compact) < length and at < len(text):
        if text[at] in _NUMBERS:
            compact += text[at]
        elif text[at] != " " or text[at - 1] == " ":
            return None
        at += 1
    if len(compact) != length or not length or text[at : at + 1].isalnum():
        return None
    return at if int("".join(_NUMBERS[c] for c in compact[4:] + compact[:4])) % 97 == 1 else None
