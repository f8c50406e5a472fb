"""Logins of persons: in home folders, prompts, LDAP names, SSH keys, JSON logs, and in sentences.

Accounts of services (git, root, ubuntu, ...) stay.
"""

import re
from collections.abc import Iterator
from typing import Final

from app.redaction.finders.values import is_code, is_prose, says_nothing
from app.redaction.kinds import IP_REMOVED, REMOVED, Span
from app.redaction.literal_search import DATA, lowered, positions
from app.word_lists import words_of

SERVICE_ACCOUNTS: Final = words_of(DATA / "service_accounts.txt")

_NAME = r"[A-Za-z0-9_\u00c0-\u024f][\w.@-]{0,63}+"
_HOME = re.compile(rf"/(?:home|Users)/(?P<login>{_NAME})")
# A Windows account is often a whole name, with a blank in it.
_WINDOWS_HOME = re.compile(
    r"""\\(?:Users|Documents[ ]and[ ]Settings)\\{1,2}
        (?P<login>[^\\/:*?"<>|\s](?:[^\\/:*?"<>|\n]{0,60}[^\\/:*?"<>|\s])?)(?=\\|$|[\s"'])""",
    re.VERBOSE,
)
_PROMPT = re.compile(
    r"\[?(?P<login>[A-Za-z_][\w.-]{0,63}+)@[\w.-]{1,64}[: ](?!//)[^\n$#%]{0,80}[$#%](?:[ \t]|$)", re.MULTILINE
)
_AT_HOST = re.compile(rf"@(?:{IP_REMOVED}|[A-Za-z][\w-]{{0,62}}:(?:~|/(?!/)))")
_NAME_BACKWARDS = re.compile(r"[\w.-]{0,31}[A-Za-z_](?![\w.-])")
_LOGIN = re.compile(r"(?P<login>[\w.-]+)")
_DIRECTORY = re.compile(
    r"(?i:uid|cn|samaccountname)=(?P<login>[^,=()\n\r\"'*]{1,64})(?=,[ ]?(?i:ou|dc|cn|o)=|\))(?!,[ ]?(?i:ou=\w*groups))"
)
_SSH_KEY = re.compile(r"AAAA(?<![A-Za-z0-9+/=]AAAA)[A-Za-z0-9+/=]{20,}+ (?P<login>[\w.@+-]{2,80})")
_FIELD = re.compile(
    rf"""(?:user(?:_?name)?|login|author_username|current_user|caller_username)\\{{0,3}}["']?
         [ ]?(?:=>|:|=)[ ]?\\{{0,3}}["'](?P<login>{_NAME})""",
    re.VERBOSE,
)
_STATED = re.compile(
    r"""(?i:user[ _-]?name|login[ ]name|screen[ ]name|nombre[ ]de[ ]usuario|identifiant|benutzername
         |nom[ ]d['’]utilisateur)
        (?:[ ]on[ ]gitlab(?:\.com)?)?[ ]{0,2}(?:[ ](?i:is|was|ist|lautet|es|est)[ :]|[:=：])[ \t]{0,2}
        [`"'“„<@]{0,2}(?P<login>[A-Za-z0-9_][\w.@-]{1,63}+)""",
    re.VERBOSE,
)


def logins(text: str) -> Iterator[Span]:
    low = lowered(text)
    for match in _candidates(text, low):
        login = match["login"].rstrip(".-")
        if not _is_service(login):
            yield Span(match.start("login"), match.start("login") + len(login), "login_name")


def _candidates(text: str, low: str) -> Iterator[re.Match[str]]:
    if "/home/" in low or "/users/" in low:
        yield from (match for match in _HOME.finditer(text) if not _is_in_a_url(text, match.start()))
    if "\\users" in low or "\\documents" in low:
        yield from _WINDOWS_HOME.finditer(text)
    if "@" in text:
        for line in re.finditer(r"^[ \t>]{0,8}+", text, re.MULTILINE):
            if match := _PROMPT.match(text, line.end()):
                yield match
    if "AAAA" in text:
        yield from _SSH_KEY.finditer(text)
    yield from _before_hosts(text)
    yield from _named(text, low)


def _before_hosts(text: str) -> Iterator[re.Match[str]]:
    """ssh jane@<address>, scp jane@build:/tmp"""
    for at in _AT_HOST.finditer(text):
        start = max(0, at.start() - 32)
        name = _NAME_BACKWARDS.match(text[start : at.start()][::-1])
        if name and (match := _LOGIN.match(text, at.start() - name.end(), at.start())):
            yield match


def _named(text: str, low: str) -> Iterator[re.Match[str]]:
    """Where a word says that a login follows."""
    for at in positions(low, ("uid=", "cn=", "samaccountname=")):
        if (match := _DIRECTORY.match(text, at)) and not text[at - 1 : at].isalnum():
            yield match
    for at in positions(low, ("user", "login", "author_username", "caller_username", "current_user")):
        before = text[max(0, at - 6) : at]
        if before.endswith(('"', "'", '"meta.', ":")) and (match := _FIELD.match(text, at)):
            yield match
    for at in positions(low, ("user", "login name", "screen name", "nombre de", "identifiant", "benutzer", "nom d")):
        if (match := _STATED.match(text, at)) and not (is_prose(match["login"]) or is_code(match["login"])):
            yield match


def _is_in_a_url(text: str, at: int) -> bool:
    """https://host/home/page is no folder; file:///home/jane is one."""
    before = text[max(0, at - 200) : at]
    return "://" in before and "://" in before.split()[-1] and not before[-1].isspace() and "file://" not in before


def _is_service(login: str) -> bool:
    plain = login.lower()
    return not plain or plain in SERVICE_ACCOUNTS or says_nothing(login) or re.search(f"[{REMOVED}]", login) is not None
