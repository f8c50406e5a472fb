"""Card numbers (issuer's range, length and Luhn's sum) and IBANs (country, length and ISO 7064's sum)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.triage.redaction.kinds import Span

# At most one blank or hyphen between digits; not the middle of a longer number, a word, a decimal or a path.
_CARD = re.compile(r"(?<![\w.,/#-])\d(?:[ \u00a0–-]?\d){12,18}+(?![\w-]|[.,]\d)")
# ISO/IEC 7812: Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay.
_ISSUER = re.compile(
    r"""4(?:\d{12}|\d{15}|\d{18}) | (?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12} | 3[47]\d{13}
      | 3(?:0[0-5]|[689]\d)\d{11} | (?:6011|65\d\d|64[4-9]\d|35(?:2[89]|[3-8]\d)|62\d\d)\d{12,15}""",
    re.VERBOSE,
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]){11,30}+(?![a-z0-9])")
_NOT_A_DIGIT = re.compile(r"[^0-9]")
_ASCII_DIGITS = {code: str(int(chr(code))) for code in (*range(0x660, 0x66A), *range(0xFF10, 0xFF1A))}
_PLAIN = {str(n): n for n in range(10)}
_DOUBLED = {str(n): sum(divmod(2 * n, 10)) for n in range(10)}
_NUMBERS = {chr(ord("A") + n): str(10 + n) for n in range(26)} | {str(n): str(n) for n in range(10)}


def account_numbers(text: str) -> Iterator[Span]:
    for match in _CARD.finditer(text):
        digits = _NOT_A_DIGIT.sub("", match[0] if match[0].isascii() else match[0].translate(_ASCII_DIGITS))
        if _ISSUER.fullmatch(digits) and passes_luhn(digits):
            yield Span(*match.span(), "card_number")
    for match in _IBAN.finditer(text):
        written = match[0]
        # Words in capitals may follow it: the sum says where it ends.
        while len(written) >= 15:
            if is_iban(written.replace(" ", "")):
                yield Span(match.start(), match.start() + len(written), "bank_account")
                break
            written = written.rpartition(" ")[0]


def passes_luhn(digits: str) -> bool:
    return sum(map(_PLAIN.__getitem__, digits[-1::-2]), sum(map(_DOUBLED.__getitem__, digits[-2::-2]))) % 10 == 0


def is_iban(compact: str) -> bool:
    if not 15 <= len(compact) <= 34:
        return False
    return int("".join(_NUMBERS[c] for c in compact[4:] + compact[:4])) % 97 == 1
