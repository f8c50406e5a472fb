"""Cuts what stands around a letter: the greeting, and from the words that people sign with to the end."""

from collections.abc import Sequence
from typing import Final, TypeVar

from app.message.patterns import is_whole, one_of, plain
from app.message.phrases import has_letter, points_at_something
from app.rules.re2_patterns import compiled, fits

L = TypeVar("L", bound=str)
LONGEST_GREETING: Final = 100
LONGEST_NAME: Final = 40
MOST_NAMES: Final = 4
LONGEST_CONTACT: Final = 80
_REMOVED: Final = r"\[name removed\]"
# Without a bound: letters of all scripts, counted, take megabytes in each pattern below.
_NAME: Final = rf"(?:(?-i:\p{{Lu}}[\pL.'-]*)|{_REMOVED})"
# Whom they greet is short, unless a sign ends it.
_GREETING: Final = compiled(
    rf"\A\W{{0,3}}{one_of('greetings')}(?:(?:[ /]\S+){{0,7}}\s?[,!:]|,?(?:[ /]\S+){{0,2}})[\s.]*\z"
)
_SIGN_OFF: Final = compiled(
    rf"\A\W{{0,3}}{one_of('sign_offs')}(?:\s?[,.!/|-]{{1,3}}\s?[^.!?:]{{0,40}}|(?:\s{_NAME}){{1,3}})?\W{{0,3}}\z"
)
_THANKS: Final = compiled(rf"\A{one_of('thanks')}[\s,.!-]*(?:{_NAME}\W{{0,2}}){{0,3}}\z")
_DELIMITER: Final = compiled(r"\A(?:--|__+|\*--\*)\s?\z")
_POSTSCRIPT: Final = compiled(r"\Ap\.?\s?p?\.?s\b")
_SENTENCE: Final = compiled(r"[.?:;]\z|\pL [a-z]+ [a-z]+ [a-z]+ ")
_NAMES_ALONE: Final = compiled(rf"\A[\W_]{{0,3}}(?:{_NAME}\s?){{1,4}}\W?\z")
_FIRST_NAME: Final = compiled(rf"\A{_NAME}\W?\z")
_FULL_NAME: Final = compiled(rf"\A(?:{_REMOVED}|(?:{_NAME}\s?){{2,4}})\W?\z")
_CONTACT: Final = compiled(
    r"\A(?:tel|phone|telephone|telefon|téléphone|tél|teléfono|telefone|mobile?|mobil|cell|fax|fon|office|direct|[tmpf])"
    rf"\s?[.:]|\+\d{{1,3}}[\d ()/.-]{{6,20}}|(?:phone|email) removed\]|\b{one_of('card_words')}(?:\W|\z)"
)


def without_greeting(lines: Sequence[L]) -> list[L]:
    """The same lines if nothing else is said."""
    start = next((n for n, line in enumerate(lines) if line.strip() and not _is_greeting(line)), 0)
    return list(lines[start:])


def without_signature(written: Sequence[L]) -> list[L]:
    """A postscript stays."""
    lines = _without_card([*written])
    if lines and fits(_SIGN_OFF, plain(lines[0])) and _are_names(lines[1:]):
        return []
    end = next((n for n in range(1, len(lines)) if _ends_before(lines, n)), len(lines))
    after = next((n for n in range(end, len(lines)) if fits(_POSTSCRIPT, plain(lines[n]))), len(lines))
    return _without_card([*lines[:end], *lines[after:]])


def is_card(lines: Sequence[str]) -> bool:
    """Somebody's name, with what may stand below it: a position, a company, a telephone."""
    return bool(lines) and fits(_NAMES_ALONE, plain(lines[0])) and _are_names(lines)


def _is_greeting(line: str) -> bool:
    said = plain(line)
    if len(said) > LONGEST_GREETING or points_at_something(said):
        return False
    return fits(_GREETING, said) or is_whole(line, "pleasantries")


def _ends_before(lines: Sequence[str], place: int) -> bool:
    said = plain(lines[place])
    if fits(_DELIMITER, said) or fits(_SIGN_OFF, said):
        return True
    return fits(_THANKS, said) and _are_names(lines[place + 1 :])


def _are_names(lines: Sequence[str]) -> bool:
    if len(lines) > 2 * MOST_NAMES:
        return False
    names = [plain(line) for line in lines if line.strip()]
    return len(names) <= MOST_NAMES and all(len(one) <= LONGEST_NAME and not fits(_SENTENCE, one) for one in names)


def _without_card(lines: list[L]) -> list[L]:
    """Without rules and blank lines at the end, and without somebody's name above their telephone or position."""
    while lines and not has_letter(lines[-1]):
        lines.pop()
    start = next((n + 1 for n in reversed(range(len(lines))) if not lines[n].strip()), 0)
    card = [plain(line) for line in lines[start:]]
    # A first name may be any word: then its position or company is asked for, right below it.
    named = card and (fits(_FULL_NAME, card[0]) or (fits(_FIRST_NAME, card[0]) and fits(_CONTACT, "".join(card[1:2]))))
    if not start or len(card) < 2 or not named or not any(map(_CONTACT.search, card[1:])):
        return lines
    return _without_card(lines[:start]) if max(map(len, card)) <= LONGEST_CONTACT else lines
