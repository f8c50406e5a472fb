"""Names of others, where a mail's form shows them: `Name <address>`, `From: Name`, "Kind regards".

Names inside sentences stay: a model would be needed, and takes every third product for a person.
"""

import re
from collections.abc import Iterator
from typing import Final

from app.redaction.kinds import EMAIL_REMOVED, REMOVED, Span
from app.redaction.literal_search import lowered, positions
from app.word_lists import words

_CAPITALIZED = rf"(?:[^\W\d_a-z][\w'’.-]{{0,40}}+|[{REMOVED}])"
_SMALL = r"(?:de|del|della|der|den|di|da|dos|du|la|le|van|von|zu|zur|ter|ten|bin|al|y|e)"
_NAME = rf"{_CAPITALIZED}(?:[ ](?:{_SMALL}[ ]){{0,2}}{_CAPITALIZED}){{0,4}}"

_BEFORE_ADDRESS = re.compile(rf"(?<![\w.])\"?(?P<name>{_NAME}(?:,[ ]{_NAME})?)\"?[ ]?(?:[<(]{{1,2}}|\[mailto:)\Z")
LONGEST = 80
_MAIL_HEADER = re.compile(
    rf"""(?:From|To|Cc|Bcc|Reply-To|Von|An|De|À|Para|Da|A|Van|Aan|Från|Fra|Till|Til|Od|Komu|От(?:[ ]кого)?|Кому
        |Lähettäjä|Vastaanottaja|Feladó|Címzett|Kimden|Kime|Expéditeur|Destinataire|Remitente|Destinat[aá]rio|Mittente
        |Afzender|Absender|Empfänger|差出人|送信者|宛先|发件人|寄件者|收件人|收件者|보낸[ ]사람|받는[ ]사람
        |Author|Committer|Assignee|Reporter|Requester|Submitted[ ]by|Contact[ ]person
        |Signed-off-by|Co-authored-by|Reviewed-by|Reported-by|Acked-by)
        [ ]?[:：]\*{{0,2}}[ \t]{{1,8}}(?P<name>{_NAME})[ \t\r]{{0,8}}(?=\n|$)""",
    re.VERBOSE,
)
# Mail programs write several recipients like this: "Ann Example; Bob Example", "Example, Ann; Example, Bob".
_RECIPIENTS = re.compile(
    r"""(?:To|Cc|CC|Bcc|An|Para|Aan|Till|Til|Kopie|Copie|Kopia|Кому|Копия|À|Pour|Destinataires?|Copia)
        \ ?:\*{0,2}[ \t]{1,8}(?P<names>[^\n]{3,2000}+(?:\n[ \t>]{1,12}[^\n:]{3,2000}+){0,5})""",
    re.VERBOSE,
)
_RECIPIENT = re.compile(rf"[ \t>\r'\"]{{0,12}}(?P<name>{_NAME})['\"]?(?:[ ]?[<(\[][^\n]{{0,100}})?[ \t\r]{{0,8}}")
_BETWEEN = re.compile(r"[^;,\n]+")
_QUOTED = re.compile(
    rf"""(?:On|Am|Le|El|Op|Il|Em)[ ][^\n]{{6,60}}?(?:,|schrieb|at[ ]\d\d:\d\d|um[ ]\d\d:\d\d)[ ](?P<name>{_NAME})
        (?=[ ](?:wrote|a[ ]écrit|escribió|schreef|ha[ ]scritto|escreveu)|:)""",
    re.VERBOSE,
)
_SAYS_WHO: Final = (
    *("my name is", "mein name ist", "ich heiße", "je m'appelle", "mon nom est", "me llamo", "mi nombre es"),
    *("meu nome é", "me chamo", "mi chiamo", "il mio nome è", "mijn naam is", "ik heet", "jag heter", "mitt namn är"),
    *("jeg hedder", "jeg heter", "nazywam się", "mam na imię", "jmenuji se", "меня зовут", "benim adım"),
)
_SAYS_NAME = re.compile(rf"[ ](?P<name>{_NAME})")
_VALEDICTION = re.compile(
    rf"""(?:(?i:kind(?:est)?|best|warm(?:est)?|many|with\ kind|with\ best|friendly)\ )?
        (?i:regards|rgds|br|kr|wishes|greetings|thanks(?:\ (?:a\ lot|again|in\ advance|so\ much|and\ regards))?
        |thank\ you(?:\ in\ advance)?|thx|cheers|best|sincerely|yours(?:\ (?:sincerely|faithfully|truly))?
        |respectfully|take\ care|ciao|mit\ freundlichen\ gr(?:ü|ue)(?:ß|ss)en|gru(?:ß|ss)|mfg|lg|vg
        |(?:viele|beste|liebe|schöne|freundliche)\ gr(?:ü|ue)(?:ß|ss)e|cordialement|bien\ à\ vous|salutations
        |merci(?:\ d['’]avance)?|saludos(?:\ cordiales)?|un\ saludo|atentamente|gracias|atenciosamente|abraços
        |obrigad[oa]|cordiali\ saluti|distinti\ saluti|grazie|met\ vriendelijke\ groet(?:en)?|groeten?|groetjes
        |med\ vänlig\ hälsning|mvh|hälsningar|venlig\ hilsen|hilsen|pozdrawiam|z\ poważaniem|с\ уважением|спасибо)
        [ \t]{{0,3}}(?:[,.!:)🙏👍🙂]{{0,4}}[ \t\r]{{0,8}}(?:\n[ \t>\r]{{0,12}}){{1,3}}|,[ ]{{1,2}})
        (?P<name>{_NAME})[ \t\r.,]{{0,8}}(?=\n|$)""",
    re.VERBOSE,
)
_NOBODY = re.compile(
    r"(?i)(?:all|the|everyone|everybody|folks|guys|gitlab|team|support|sent|ps|p\.s|note|version|hi|hello|regards|thanks|ce|ee|see|http\S*)\b"
)


_LINE = re.compile(r"^[ \t>*]{0,12}+(?=[^\W\d_])", re.MULTILINE)
_LEFT = re.compile(rf"[^{REMOVED}]+")
_TITLES: Final = words("dr prof ing mr mrs ms miss sr sra herr frau mme mlle barr sgt dipl phd msc bsc mba")


def other_people(text: str) -> Iterator[Span]:
    for match in _candidates(text):
        if _NOBODY.match(match["name"]):
            continue
        # What was removed in the same name stays counted as what it was.
        for piece in _LEFT.finditer(match["name"]):
            written = piece[0].strip().rstrip("'")
            if sum(map(str.isalpha, written)) >= 2 and written.lower().rstrip(".") not in _TITLES:
                start = match.start("name") + piece.start() + len(piece[0]) - len(piece[0].lstrip())
                yield Span(start, start + len(written), "person_name")


def _candidates(text: str) -> Iterator[re.Match[str]]:
    for at in positions(text, EMAIL_REMOVED):
        if text[at - 1 : at] in {"<", "(", ":"}:
            earliest = max(0, at - LONGEST)
            start = max(earliest, text.rfind("\n", earliest, at), text.rfind(">", earliest, at - 1))
            if match := _BEFORE_ADDRESS.search(text, start, at):
                yield match
    low = lowered(text).replace("’", "'")
    for at in positions(low, _SAYS_WHO):
        phrase = next(one for one in _SAYS_WHO if low.startswith(one, at))
        if match := _SAYS_NAME.match(text, at + len(phrase)):
            yield match
    for line in _LINE.finditer(text):
        if recipients := _RECIPIENTS.match(text, line.end()):
            yield from _several(text, recipients)
        for pattern in (_MAIL_HEADER, _QUOTED, _VALEDICTION):
            if match := pattern.match(text, line.end()):
                yield match
                break


def _several(text: str, recipients: re.Match[str]) -> Iterator[re.Match[str]]:
    """Only a list in which each is a name: "To: reproduce; click Save" is none."""
    parts = [part for part in _BETWEEN.finditer(text, *recipients.span("names")) if part[0].strip()]
    found = [_RECIPIENT.fullmatch(text, *part.span()) for part in parts]
    if len(found) > 1 and all(found):
        yield from filter(None, found)
