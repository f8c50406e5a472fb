"""Tells by its name that something is a secret, wherever the name stands: `DB_PASSWORD`, `apiKey`, `db.password`."""

import re
from functools import lru_cache
from typing import Final

from app.redaction.finders.assignments import ABOUT, is_mixed
from app.redaction.finders.values import is_code, is_prose, looks_random, says_nothing

_NAME = re.compile(
    r"""(?i)[\w.:\ -]{0,40}?
    (?: (?P<password>passw(?:or[dt]|d)|passphrase|passcode|pwd|contrase[ñn]a|mot\ de\ passe|senha|kennwort|wachtwoord
          |hasło|пароль|密码|密碼|パスワード|비밀번호|şifre|parola
          |lösenord|passord|adgangskode|heslo|jelszó|salasana|(?<![a-z])(?:pass|pw)(?![a-z]))
      | (?P<api_key>api[ _-]?key)
      | (?P<authorization>(?<![a-z])(?:proxy-)?authorization\Z)
      | (?P<session_cookie>(?<![a-z])(?:set-)?cookie\Z)
      | (?P<secret>secret|token|key_base|credentials?|(?<=[a-z0-9][_-])auth\Z
          |(?:access|account|shared|signing|encryption|private|auth|licen[sc]e|master|ssh)[ _-]?key)
    )(?P<rest>[\w.-]{0,40})""",
    re.VERBOSE,
)
LONGEST: Final = 80
LONGEST_SECRET: Final = 1000


@lru_cache(maxsize=1024)
def kind_of(name: str) -> str | None:
    """The kind of secret that has this name; None for what is none, or is only about one (`password_length`)."""
    name = name.strip(" \t\r*_`\"':")
    match = _NAME.fullmatch(name) if 2 <= len(name) <= LONGEST else None
    if match is None or (match["rest"] and ABOUT.fullmatch(match["rest"])):
        return None
    return next(kind for kind, found in match.groupdict().items() if found and kind != "rest")


def is_secret(kind: str, value: str, *, doubtful: bool = False) -> bool:
    """Whether `value` can be what a name of this kind names. `doubtful`: the name may as well be a word of a text."""
    value = value.strip()
    if len(value) < 3 or len(value) > LONGEST_SECRET or says_nothing(value) or is_code(value):
        return False
    if kind == "password":
        return is_mixed(value) and not value.count(" ") if doubtful else not any(map(is_prose, value.split()))
    return looks_random(value.removeprefix("Bearer ").removeprefix("Basic "), quoted=not doubtful)
