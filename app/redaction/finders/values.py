"""Tells a secret from what only stands in its place (`$TOKEN`, `<your token>`, `********`, `wrong`)."""

import re
from typing import Final

from app.redaction.kinds import REMOVED
from app.redaction.literal_search import DATA
from app.word_lists import words_of

_NOTHING = re.compile(
    rf"""
      [{REMOVED}] .*                                                      # removed before
    | [("]* \$ (?: [A-Z_][A-Z0-9_]*+ (?![a-z]) | [a-z_:]+ (?!\w) | [{{(] ) .*  # $X ${{X}} $(x) ${{{{ x }}}} $env:X
    | %[A-Za-z_]\w*% | (?: \{{\{{ | \#\{{ | %\{{ | <% ) .*                    # %X% {{{{ x }}}} #{{x}} %{{x}} <%= x %>
    | \[ (?i: masked|filtered|redacted|hidden ) \] .*                        # GitLab's own masking
    | < [^<>]* >? | \[ [^\[\]]* \]?                                       # <your_token> [FILTERED]
    | [*•.xX#_?-]+                                                        # masks
    | (?i: true|false|null|nil|none|undefined|yes|no|on|off|empty|redacted|filtered|masked|hidden|removed
        | your[\w-]* | bearer|basic|string|optional|required ) \W*
    | (?: [A-Z][A-Z0-9]*_ )* (?: TOKEN|PASSWORD|PASS|PASSWD|PWD|KEY|SECRET ) (?: _[A-Z0-9]+ )*  # a variable's own name
    | [!&|>] [\w.-]*                                                      # YAML: !reference, &anchor, | and >
    """,
    re.VERBOSE | re.DOTALL,
)
_CODE = re.compile(
    r"""
      [A-Za-z_][\w:]*+ (?: \.[A-Za-z_]\w*+[!?]? )*+ [(\[] .* # getpass(), os.environ['X'], params[:token], Map[...]
    | (?: os|ENV|env|process|self|params|vault|var|secrets ) \. \S+  # request.headers.get, self.token
    | [A-Z]\w*+ (?: ::[A-Z]\w*+ )++ \W*                            # URI::InvalidURIError
    | [A-Z]\w*+ <.*                                                # Promise<string>
    | (?: [A-Z][a-z]+ ){2,} (?: \[\] )? [;,]?                       # CancellationToken
    """,
    re.VERBOSE | re.DOTALL,
)
_BLANK = re.compile(r"\s")
_DIGIT = re.compile(r"\d")
_JOINT = re.compile(r"[_.-]")
_IDENTIFIER = re.compile(r"[a-z]++(?:[_.-][a-z]++)*+|[A-Z][a-z]++|[A-Z_]++")

JUDGED = 64
"""No more characters than these are looked at."""

PROSE: Final = words_of(DATA / "prose.txt")
"""What follows "password is" or "password:" in a sentence, and is no password."""


def says_nothing(value: str) -> bool:
    """A variable, a placeholder, a mask, or empty."""
    stripped = value[:JUDGED].strip(" \t\"'`;,")
    return not stripped or _NOTHING.fullmatch(stripped) is not None


def is_code(value: str) -> bool:
    """A call or a look-up, as it stands unquoted in a program."""
    return _CODE.fullmatch(value[:JUDGED]) is not None


def is_prose(word: str) -> bool:
    plain = word.strip(".,;:!?\"'()[]…").lower().replace("'", "").replace("’", "")
    return not plain or plain in PROSE


def looks_random(value: str, *, quoted: bool) -> bool:
    """As a machine makes secrets: no word, no name of a thing, no sentence, no small number, no address."""
    if len(value) < 6 or "://" in value or (quoted and _BLANK.search(value)):
        return False
    if value.isdigit():
        return len(value) >= 16
    if not quoted and value.islower() and not _DIGIT.search(value) and (len(value) < 20 or _JOINT.search(value)):
        return False
    if _IDENTIFIER.fullmatch(value):
        return len(value) >= (12 if quoted else 20) and not _JOINT.search(value)
    return quoted or _DIGIT.search(value) is not None or not (value.islower() or value.isupper())
