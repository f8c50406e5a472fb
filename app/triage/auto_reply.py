"""Recognises answers that nobody wrote: out of office, a bounce. Pure.

Zendesk keeps most of them out, by headers that its API does not show. What comes through is known by what mail programs
put into the subject, in their user's language, by how such a text begins, and by headers where they stand in the text.
"""

from __future__ import annotations

import re

# People begin a subject like this too ("Automatic reply macro is broken"): only with what follows is it a machine's.
_SUBJECTS = (
    "automatic reply|automatic response|automated reply|automated response|auto[- ]?reply|auto[- ]?response",
    "out of (?:the )?office(?: reply| autoreply| message)?|ooo|vacation (?:reply|response|responder)|on vacation",
    "undeliverable|undelivered mail returned to sender|delivery status notification|mail delivery (?:failed|subsystem)",
    "returned mail|failure notice",
    "automatische antwort|abwesenheitsnotiz|abwesenheit|abwesend|nicht im büro|unzustellbar",
    "réponse automatique|absence du bureau|message d['’]absence|absente?",
    "respuesta automática|fuera de (?:la )?oficina",
    "resposta automática|fora do escritório|ausência temporária",
    "risposta automatica|fuori (?:sede|ufficio)",
    "automatisch antwoord|afwezigheidsbericht|afwezig",
    "autosvar|automatiskt svar|automatisk svar|frånvaro|fravær",
    "automaattinen vastaus|poissa toimistosta",
    "automatyczna odpowiedź|automatická odpověď|automatikus válasz",
    "автоматический ответ|автоответ",
    "otomatik (?:yanıt|cevap)",
    "自動返信|自動応答|不在通知|自动回复|自動回覆|자동 ?(?:회신|응답)",
)
_BEGINNINGS = (
    r"i(?: am|['’]m)(?: currently| now)? (?:out of (?:the )?office|on (?:annual |parental |sick )?leave|on vacation)",
    r"i will be out of (?:the )?office",
    r"this is an auto(?:mated|matic|-?generated) (?:reply|response|answer)",
    r"ich bin .{0,40}(?:nicht im (?:büro|haus)|abwesend|im urlaub|außer haus)",
    r"(?:dies|das) ist eine automatische antwort",
    r"je suis (?:actuellement )?(?:absente?|en congés?|hors du bureau)",
    r"ceci est une réponse automatique",
    r"(?:estoy|estaré) .{0,20}(?:fuera de (?:la )?oficina|de vacaciones|ausente)",
    r"esta? es una respuesta automática",
    r"(?:estou|estarei) .{0,20}(?:fora do escritório|de férias|ausente)",
    r"esta é uma resposta automática",
    r"(?:sono|sarò) .{0,20}(?:fuori (?:ufficio|sede)|assente|in ferie)",
    r"questa è una risposta automatica",
    r"ik ben .{0,20}(?:afwezig|niet (?:aanwezig|op kantoor)|(?:met|op) vakantie)",
    r"dit is een automatisch (?:antwoord|bericht)",
    "自動返信|自动回复|自動回覆",
)
# A greeting and a line of thanks may come first.
_HOW_FAR = 300
_SUBJECT = re.compile(
    rf"\A(?:\s*(?:re|aw|fwd?|\[[^\]]{{1,20}}\])\s*:?)*\s*(?:{'|'.join(_SUBJECTS)})\s*"
    r"(?:\Z|[:：(\[–-]|(?:re|aw|until|till|from|bis|vom|jusqu|hasta|fino)\b)",
    re.IGNORECASE,
)
_BEGINNING = re.compile("|".join(_BEGINNINGS), re.IGNORECASE)
_HEADER = re.compile(r"\A(?:[A-Za-z][A-Za-z0-9-]{1,60}:(?:[ \t]|\Z)|[ \t]+\S)")
# Those of an answer. What is only `auto-generated` may be a notification of a post that people wrote.
_ANSWERS = re.compile(
    r"\A(?:auto-submitted:\s*auto-replied\s*(?:;.*)?|x-(?:mail-)?autoreply:\s*yes\s*|x-autorespond:.*"
    r"|precedence:\s*auto_reply\s*)\Z",
    re.IGNORECASE,
)


def is_auto_reply_subject(subject: str) -> bool:
    """For a new ticket: only the subject that a machine gave it is reliable."""
    return bool(_SUBJECT.match(subject[:_HOW_FAR]))


def has_auto_reply_header(text: str) -> bool:
    """Does the text begin with a mail's headers, as some gateways pass them on, and do they say so?"""
    for line in text.lstrip()[: 10 * _HOW_FAR].splitlines():
        if not _HEADER.match(line):
            return False
        if _ANSWERS.match(line):
            return True
    return False


def is_auto_reply_text(text: str) -> bool:
    """For a later comment: it has no subject, and often answers what was just sent to its author."""
    return has_auto_reply_header(text) or bool(_BEGINNING.search(" ".join(text[: 2 * _HOW_FAR].split())[:_HOW_FAR]))
