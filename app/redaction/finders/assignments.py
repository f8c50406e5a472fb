"""Secrets with their name beside them: `password = x`, `"secret": "x"`, "my password is x".

What a password is set to goes unless it says nothing (a variable, a placeholder, a mask, a word of a sentence). What
any other secret is set to goes if it looks as if a machine had made it, or is quoted.
"""

import re
from collections.abc import Iterator
from typing import Final

from app.redaction.finders.values import JUDGED, is_code, is_prose, looks_random, says_nothing
from app.redaction.kinds import Span
from app.redaction.literal_search import lowered, positions
from app.word_lists import words

LONGEST_QUOTED = 2000

_BEGINNINGS: Final = words(
    """
    pass pwd pw pin contrase mot senha kennwort wachtwoord hasło пароль 密码 密碼 パスワード 비밀번호 api secret token
    şifre parola lösenord adgangskode kodeord heslo jelszó salasana κωδικ كلمة סיסמ mật kata
    key_base access account shared auth signing encryption primary deterministic private master license licence
    credential activation
    """
)
_KEY = re.compile(
    r"""
    (?: (?P<password>(?i:passw(?:or[dt]|d)|passphrase|passcode|pwd|contrase[ñn]a|mot[ ]de[ ]passe|senha|kennwort
                      |wachtwoord|hasło|пароль|密码|密碼|パスワード|비밀번호|şifre(?:m|niz)?|parola|lösenord|passord
                      |adgangskode|kodeord|heslo|jelszó|salasana|κωδικός|كلمة[ ]المرور|סיסמ[אה]|mật[ ]khẩu
                      |kata[ ]sandi)
                    |(?<![A-Za-z])(?i:pass|pw|pin)(?![A-Za-z.]))
      | (?P<api>(?i:api[_-]?key))
      | (?P<secret>(?i:secret|token|key_base|(?:access|account|shared|signing|encryption|primary|deterministic
                    |private|auth|licen[sc]e|master)[_-]?key(?:[_-]derivation[_-]salt)?|credentials?
                    |activation[ _-]?code)|(?<=["'])auth(?=["']))
    )
    (?P<rest>[\w.-]{0,60}+)
    (?:\\{0,3}["'`)\]*]){0,3}+ (?:[ ]\([^()\n]{1,30}\))? [ \t]*+ (?:=>|:=|==?|[:：=](?!:)) [ \t]*+
    (?P<quote>\\{0,3}["'`])?
    """,
    re.VERBOSE,
)
ABOUT: Final = re.compile(
    r"""(?i)(?:.*(?=[.])|.*[_.-])?(?:types?|at|on|counts?|enabled\w*|disabled|lengths?|min\w*|max\w*|expir\w*|ttl
        |lifetime|ur[li]|uris|endpoint|path|files?|names?|ids?|fields?|policy|prefix|status|required|requirements?
        |detection\w*|auth\w*_enabled\w*|confirmation|reset\w*|changed\w*|algorithm|class|error|stdin|scopes?|digits?
        |\.(?:rb|py|js|ts|go|c|cc|cpp|h|java|vue|ya?ml|json|md|txt|php|rs))""",
    re.VERBOSE,
)
"""password_min_length, token_type, secret_name, ...: about the secret, not the secret."""
_IS_TEST_RESULT = re.compile(r"PASS\W*: ")
_GITLAB = re.compile(r"(?i)(?:private|job|deploy|gitlab|feed|rss|impersonation|incoming_email)[_-]$")
_LINE = re.compile(r"[^\S\n]*+\n[ \t>]*+(?P<value>\S{4,200}+)[ \t\r]*+(?=\n|$)")
_TO_NEXT_FIELD = re.compile(r"(?:[^\s;&]++|[;&](?!\w[\w ]{0,40}=))*+")
_TO_LINE_END = re.compile(r"[^\n]*+")
_CLOSING = ",;)}]"
_NOT_HERE = frozenset({"", "|", "|-", "|+", ">", ">-"})
"""The value stands on the next line (the signs are YAML's)."""


def assignments(text: str) -> Iterator[Span]:
    done = 0
    for at in positions(lowered(text), _BEGINNINGS):
        key = _KEY.match(text, at) if at >= done else None
        if key is None or (key["rest"] and ABOUT.fullmatch(key["rest"])) or _IS_TEST_RESULT.match(key[0]):
            continue
        found = _quoted(text, key) if key["quote"] else _bare(text, key)
        if found is not None:
            yield found
            done = found.end


def _quoted(text: str, key: re.Match[str]) -> Span | None:
    start = key.end()
    end = text.find(key["quote"], start, start + LONGEST_QUOTED)
    while end > start and len(key["quote"]) == 1 and text[end - 1] == "\\":
        end = text.find(key["quote"], end + 1, start + LONGEST_QUOTED)
    if end < 0 or text.find("\n", start, end) >= 0:
        return _bare(text, key)
    value = text[start:end]
    if says_nothing(value):
        return None
    if key["password"] is None and not looks_random(value, quoted=True):
        return None
    return Span(start, end, _kind(text, key))


def _bare(text: str, key: re.Match[str]) -> Span | None:
    start = key.end()
    # Judged by its beginning, so that a long run of such beginnings is not read again for each of them.
    head = _matched(_TO_NEXT_FIELD, text, start, start + JUDGED)
    if head in _NOT_HERE:
        return _next_line(text, key, start + len(head), block=bool(head))
    judged = head.rstrip(_CLOSING)
    if key["password"] is None and not looks_random(judged, quoted=bool(key["quote"])):
        return None
    if says_nothing(head) or is_code(judged) or head.endswith(":") or (key["password"] is not None and is_prose(head)):
        return None
    if key["password"] and key["password"].lower() == "pwd" and head.startswith(("/", "~", ".")):
        return None  # the working directory of a process
    if head.startswith(("http://", "https://")):
        return None  # "change your password: https://..."; what such a URL carries has been looked for
    is_phrase = key["password"] is not None and key["password"].lower() == "passphrase"
    value = _matched(_TO_LINE_END if is_phrase else _TO_NEXT_FIELD, text, start, len(text)).rstrip()
    value = value.rstrip(_CLOSING) if key["quote"] else value.rstrip(_CLOSING).rstrip("\"'`\\")
    return Span(start, start + len(value), _kind(text, key)) if value else None


def _matched(pattern: re.Pattern[str], text: str, start: int, limit: int) -> str:
    match = pattern.match(text, start, limit)
    return match[0] if match else ""


def _next_line(text: str, key: re.Match[str], end: int, *, block: bool) -> Span | None:
    """`Password:` and the value below it: one word that no sentence has."""
    line = _LINE.match(text, end)
    if line is None:
        return None
    value = line["value"]
    if says_nothing(value) or is_code(value) or is_prose(value):
        return None
    if value.endswith(":") or value.startswith(("-", "#")) or "://" in value:
        return None
    odd = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    if not (looks_random(value, quoted=False) if key["password"] is None else odd or block):
        return None
    return Span(*line.span("value"), _kind(text, key))


def _kind(text: str, key: re.Match[str]) -> str:
    if key["password"] is not None:
        return "password"
    if key["api"] is not None:
        return "api_key"
    before = text[max(0, key.start() - 24) : key.start()]
    if _GITLAB.search(before):
        return "gitlab_token"
    whole = (before + key[0]).lower()
    return "aws_key" if "aws" in whole or "secret_access_key" in whole or "session_token" in whole else "secret"


_PASSWORD_IS = re.compile(
    r"""(?i:passwor[dt]|passphrase|passcode|kennwort|contrase[ñn]a|mot\ de\ passe|senha|wachtwoord|пароль|hasło|parola
          |lösenord(?:et)?|passord(?:et)?|adgangskode[nr]?|heslo|jelszó|salasana|パスワード|密码|비밀번호|şifrem)
        (?:[ ](?i:for|of|to|für|von|de|do|da)[ ][\w@.-]{1,40}){0,2}
        (?:[ ](?i:is|was|are|ist|war|lautet|heißt|es|est|era|é|è|er|är|это)[ ]|[ ]?[はが是는은][ ]?)
        (?:(?i:now|still|just|simply|called|set\ to|changed\ to|reset\ to|jetzt)[ ])?
        (?P<quote>["'`“„«])?(?P<value>[^\s"'`“”„»]{3,200}+)""",
    re.VERBOSE,
)
# Beside the word, without a verb: only what is quoted, or letters and digits that are no algorithm.
_BESIDE = re.compile(
    r"""(?i:passwor[dt]|passphrase|kennwort|(?P<verb>(?<![a-z])pass|(?<![a-z])pw))[ ](?:(?i:is|ist|was)[ ]|[-–→][ ])?
        (?:(?P<quote>["'`“„«])(?P<quoted>[^\s"'`“”„»]{3,200}+)["'`”“»]|(?P<value>[^\s"'`“”„»()]{6,200}+))""",
    re.VERBOSE,
)
_ALGORITHM = re.compile(r"(?i)sha-?\d|md5|argon2|pbkdf2|crypt|oauth|base64|utf|2fa|ldap|v\d|http|\.rb|\.js|\.py")
_EXPRESSION = re.compile(r"://|[={}()<>]")
_RECOVERY_CODE = re.compile(r"(?<![\w-])[0-9a-f]{16}(?![\w-])", re.ASCII)
RECOVERY_CODES = 400
"""Characters in which the ten codes of GitLab stand."""
_PASSWORDS: Final = (
    *("pass", "pw ", "kennwort", "contrase", "mot de passe", "senha", "wachtwoord", "пароль"),
    *(
        "hasło",
        "parola",
        "lösenord",
        "adgangskode",
        "heslo",
        "jelszó",
        "salasana",
        "パスワード",
        "密码",
        "비밀번호",
        "şifrem",
    ),
)
_LABELS: Final = ("token", "secret", "password", "passwort", "credential", "access key", "api key", "private key")
# Upper case, lower case and digits in one word: no name of a class, no commit, no UUID.
_RANDOM = re.compile(r"(?<![\w/.:+@=-])[A-Za-z0-9_-]{16,80}+(?![\w/.:@=-])", re.ASCII)
NEAR = 80
"""Characters behind the word "token" in which it is looked for, on the same line."""


def said_secrets(text: str) -> Iterator[Span]:
    low = lowered(text)
    yield from _passwords(text, low)
    yield from _recovery_codes(text, low)
    done = 0
    for at in positions(low, _LABELS):
        if at < done or text[at - 1 : at].isalnum():
            continue
        line_end = text.find("\n", at, at + NEAR)
        done = at + NEAR if line_end < 0 else line_end
        for match in _RANDOM.finditer(text, at, done):
            if _is_made_by_machine(match[0]):
                yield Span(*match.span(), "secret")


def _passwords(text: str, low: str) -> Iterator[Span]:
    for at in positions(low, _PASSWORDS):
        group = "value"
        if match := _PASSWORD_IS.match(text, at):
            is_one = match["quote"] or _is_password(match["value"])
        elif match := _BESIDE.match(text, at):
            group = "quoted" if match["quote"] else "value"
            is_one = (match["quote"] and not match["verb"]) or is_mixed(match[group])
        if match is None or not is_one:
            continue
        value = match[group].rstrip(".,;:)")
        if len(value) >= 3 and not says_nothing(value) and not is_code(value) and not is_prose(value):
            yield Span(match.start(group), match.start(group) + len(value), "password")


def _recovery_codes(text: str, low: str) -> Iterator[Span]:
    done = 0
    for at in positions(low, ("recovery code", "backup code")):
        for match in _RECOVERY_CODE.finditer(text, max(at, done), at + RECOVERY_CODES):
            yield Span(*match.span(), "secret")
        done = at + RECOVERY_CODES


def _is_password(value: str) -> bool:
    if is_prose(value):
        return False
    if not value.isalpha():
        return True
    # "the password is rotated/missing/safely kept": what an adverb or a participle says is not the password.
    return not value.lower().endswith(("ed", "ing", "ly", "en", "t"))


def is_mixed(value: str) -> bool:
    return (
        any(map(str.isdigit, value))
        and any(map(str.isalpha, value))
        and not _EXPRESSION.search(value)
        and not _ALGORITHM.search(value)
    )


def _is_made_by_machine(value: str) -> bool:
    """Upper and lower case and digits (not only at the ends), or base32 as seeds of authenticators are."""
    if sum(map(str.isdigit, value)) < 2 or not any(map(str.isdigit, value[1:-1])) or "__" in value:
        return False
    if value.isalnum() and value.isupper():
        return not value.startswith("01")  # a ULID, as in correlation ids
    return any(map(str.isupper, value[1:])) and any(map(str.islower, value))
