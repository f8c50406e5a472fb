"""Secrets in HTTP headers (Authorization, cookies) and command lines (`--password X`, `curl -u me:X`).

`PRIVATE-TOKEN:` and the like are assignments.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from app.redaction.finders.values import is_code, is_prose, says_nothing
from app.redaction.kinds import Span
from app.redaction.literal_search import lowered, positions

LONGEST_HEADER = 8192

_AUTHORIZATION = re.compile(
    r"""(?i:authorization)["'`\\\])]{0,4}[ \t]*+(?:=>|:=|[:=])[ \t]*+\\{0,3}["'`]?
        (?:(?P<scheme>(?i:bearer|basic|token|apikey|negotiate|digest|hmac|aws4-hmac-sha256|signature))[ \t]++)?
        (?P<value>[^\s"'`\\][^\n"'`\\]*+)""",
    re.VERBOSE,
)
_ONE_WORD = frozenset({"bearer", "basic", "token", "apikey", "negotiate"})
_BEARER = re.compile(r"[Bb](?:earer|EARER)[ \t]++(?P<value>[\w.~+/=-]{16,}+)", re.ASCII)
_COOKIES = re.compile(r"""(?i:cookie)["'`]?[ \t]*+(?::|=>)[ \t]*+["'`]?(?P<value>[^\n"'`]*+)""")
_COOKIE_NAMES: Final = (
    *("_gitlab_session", "remember_user_token", "known_sign_in", "_session_id", "jsessionid", "phpsessid"),
    *("sessionid", "session_id", "connect.sid"),
)
_COOKIE = re.compile(
    r"""(?:_gitlab_session(?:_[0-9a-f]+)?|remember_user_token|known_sign_in|_session_id|JSESSIONID|PHPSESSID|sessionid
        |session_id|connect\.sid)["']?(?:=>|[=:])[ \t]*+["']?(?P<value>[^\s;"'`&,]++)""",
    re.VERBOSE,
)


def headers(text: str) -> Iterator[Span]:
    low = lowered(text)
    yield from _authorizations(text, low)
    yield from _cookies(text, low)


def _authorizations(text: str, low: str) -> Iterator[Span]:
    for match in _matches(_AUTHORIZATION, text, positions(low, ("authorization",))):
        value = match["value"][:LONGEST_HEADER]
        scheme = (match["scheme"] or "").lower()
        if scheme in _ONE_WORD or not scheme:
            value = value.split()[0]
        value = value.rstrip(" \t\r,;)}]")
        if not says_nothing(value) and not is_code(value) and not (value.isalpha() and value.islower()):
            yield Span(match.start("value"), match.start("value") + len(value), "authorization")
    for match in _matches(_BEARER, text, positions(low, ("bearer",))):
        if any(c.isdigit() for c in match["value"]):
            yield Span(*match.span("value"), "authorization")


def _cookies(text: str, low: str) -> Iterator[Span]:
    for match in _matches(_COOKIES, text, positions(low, ("cookie",))):
        value = match["value"].rstrip()
        if "=" in value:
            yield Span(match.start("value"), match.start("value") + len(value), "session_cookie")
    for match in _matches(_COOKIE, text, positions(low, _COOKIE_NAMES)):
        if not says_nothing(match["value"]):
            yield Span(*match.span("value"), "session_cookie")


def _matches(pattern: re.Pattern[str], text: str, starts: Iterable[int]) -> Iterator[re.Match[str]]:
    done = 0
    for start in starts:
        match = pattern.match(text, start) if start >= done else None
        if match:
            yield match
            done = match.end()


_ARGUMENT = r"""(?:"(?P<double>[^"\n]{1,500})"|'(?P<single>[^'\n]{1,500})'|(?P<bare>[^\s"']{1,4096}+))"""
_FLAG = re.compile(rf"--(?P<flag>[A-Za-z][\w-]{{1,60}}+)(?:=|[ \t]++){_ARGUMENT}", re.ASCII)
_SECRET_FLAG = re.compile(r"(?i)(?:password|passwd|passphrase|token|secret|api-?key|access-key|private-key)$")
_USER = re.compile(rf"(?<![\w-])(?:-u|--user|--proxy-user)[ =]?{_ARGUMENT}")
_LOGIN = re.compile(
    rf"(?:docker|podman|skopeo|buildah|crane|nerdctl|registry) login\b[^\n|]{{0,200}}?\s-p[ =]?{_ARGUMENT}"
)
_SSHPASS = re.compile(rf"sshpass[^\n]{{0,40}}?\s-p[ ]?{_ARGUMENT}")
_MYSQL = re.compile(rf"(?:mysql|mariadb)\w{{0,10}}+\b[^\n|]{{0,200}}?\s-p{_ARGUMENT}")
_ECHO = re.compile(
    rf"(?:echo|printf)[ ](?:-\w[ ]|'%s'[ ]|\"%s\"[ ])?{_ARGUMENT}[ ]?\|[ ]?\w{{1,20}}[\w ]{{0,30}}login\b"
)
_NETRC = re.compile(
    r"machine[ \t]+\S{1,200}\s+login[ \t]+(?P<login>\S{1,200})\s+password[ \t]+(?P<password>\S{1,1000})"
)

# Other programs, by the option or the place of the password.
_PROGRAMS: Final = (
    ("ldap", r"\bldap\w{3,12}\b[^\n|]{0,200}?\s-w[ ]?"),
    ("redis-cli", r"\bredis-cli\b[^\n|]{0,100}?\s-a[ ]"),
    ("mongo", r"\bmongo\w{0,12}\b[^\n|]{0,200}?\s-p[ ]?"),
    ("htpasswd", r"\bhtpasswd\b[ ]-\w{0,4}b\w{0,4}[ ](?:-\w{1,4}[ ]){0,4}\S{1,200}[ ]\S{1,100}[ ]"),
    ("openssl", r"\bopenssl\b[^\n|]{0,200}?\s-[kK][ ]"),
    ("-U", r"\b(?:smb\w{2,10}|rpcclient|net)\b[^\n|]{0,200}?\s-U[ ]?[\w.\\-]{1,60}%"),
    ("net use", r"\bnet use\b(?=[^\n]{1,200}/user:)(?:[ ]\w:)?[ ]\S{1,100}[ ](?!/user:)"),
    ("chpasswd", r"(?:echo|printf)[ ][\"']?[\w.-]{1,40}:(?=[^\n|]{1,100}\|[^\n]{0,40}chpasswd)"),
    ("SecureString", r"ConvertTo-SecureString[ ](?:-(?:AsPlainText|Force)[ ]){0,2}(?:-String[ ])?"),
)
_BEHIND: Final = (
    *(("login", _LOGIN), ("sshpass", _SSHPASS), ("mysql", _MYSQL), ("mariadb", _MYSQL), ("login", _ECHO)),
    *((trigger, re.compile(before + _ARGUMENT)) for trigger, before in _PROGRAMS),
)
_SENDERS: Final = ("curl", "wget", "http ")
CURL = 400
"""Characters before `-u` among which `curl` must stand: `docker run -u 1000:1000` is no password."""


def command_lines(text: str) -> Iterator[Span]:
    if "--" in text:
        yield from _flags(text)
    if any(name in text for name in _SENDERS):
        yield from _users(text)
    for trigger, pattern in _BEHIND:
        if trigger in text:
            yield from _behind(text, pattern)
    if "machine" in text:
        for match in _NETRC.finditer(text):
            yield Span(*match.span("login"), "login_name")
            yield Span(*match.span("password"), "password")


def _users(text: str) -> Iterator[Span]:
    for match in _USER.finditer(text):
        start, end, value = _argument(match)
        user, colon, password = value.partition(":")
        is_sent = any(text.rfind(name, max(0, start - CURL), start) >= 0 for name in _SENDERS)
        if colon and user and is_sent and not says_nothing(password):
            yield Span(start, end, "password")


def _behind(text: str, pattern: re.Pattern[str]) -> Iterator[Span]:
    for match in pattern.finditer(text):
        start, end, value = _argument(match)
        if not says_nothing(value):
            yield Span(start, end, "password")


def _flags(text: str) -> Iterator[Span]:
    for match in _FLAG.finditer(text):
        named = _SECRET_FLAG.search(match["flag"])
        if named is None:
            continue
        start, end, value = _argument(match)
        if says_nothing(value) or is_prose(value) or value.startswith("-"):
            continue
        kind = named[0].lower()
        yield Span(start, end, "password" if kind.startswith("pass") else "api_key" if "api" in kind else "secret")


def _argument(match: re.Match[str]) -> tuple[int, int, str]:
    group = next(name for name in ("double", "single", "bare") if match[name] is not None)
    return *match.span(group), match[group]
