"""Words before which a number is a telephone's, in the languages of the tickets."""

from __future__ import annotations

import re
from typing import Final

from app.redaction.searching import lowered, positions

_BEGINNINGS: Final = (
    *("tel", "tél", "phone", "cell", "cel", "mob", "móv", "port", "handy", "fax", "what", "viber", "signal", "sms"),
    *("hotline", "helpline", "durchwahl", "landline", "rufnummer", "service number", "care number", "support number"),
    *(
        "contact",
        "free number",
        "toll",
        "puh",
        "gsm",
        "ring",
        "dial",
        "call",
        "reach",
        "ph",
        "тел",
        "моб",
        "факс",
        "tlf",
    ),
    *("电话", "電話", "携帯", "手机", "手機", "传真", "連絡先", "전화", "휴대폰", "هاتف", "جوال", "טלפון"),
    *("☎", "📞", "📱", "☏", "✆"),
)
_LABEL = re.compile(
    r"""(?<![^\W_]) (?P<word>
        tele(?:ph|f)o[nh]\w{0,10} | tel[ée]f\w{0,8} | tele? | tél | tlf | phones? | phone_?number | ph | cell?
      | cellphone | mobiles? | mobil\w{0,8} | mob | m[óo]vil | cellulare | celular | port | portable | handy | fax
      | whats?app | viber | signal | sms | hotline | helpline | durchwahl | landline | rufnummer | puh | gsm | ring
      | dial | call | contact | reach | (?:service|care|support|free)\ number | toll[ -]?free
      | телефон | тел | моб | факс
    ) (?:[ ]me)? (?![^\W_])
    | (?P<sign> 电话|電話|携帯|手机|手機|传真|連絡先|전화|휴대폰|هاتف|جوال|טלפון|☎|📞|📱|☏|✆)""",
    re.VERBOSE,
)


def label_ends(text: str) -> tuple[list[int], list[str]]:
    """Where labels end, ascending, and each one's word in lower case."""
    low = lowered(text)
    ends: list[int] = []
    labels: list[str] = []
    for at in positions(low, _BEGINNINGS):
        match = _LABEL.match(low, at)
        if match and (not ends or match.end() > ends[-1]):
            ends.append(match.end())
            labels.append(match["word"] or match["sign"])
    return ends, labels
