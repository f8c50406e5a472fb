"""What finders search, and the way back to what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.redaction import redact
from app.redaction.kinds import EMAIL_REMOVED, Span
from app.redaction.normal_form import NormalText
from tests.support.hostile import FRAGMENTS

TOKEN = "glpat-Zq81kQm2Lp0aa7TT9uVw"
DISGUISED = {
    "no-break hyphen": "glpat\u2011Zq81kQm2Lp0aa7TT9uVw",
    "en dash": "glpat–Zq81kQm2Lp0aa7TT9uVw",
    "em dash": "glpat—Zq81kQm2Lp0aa7TT9uVw",
    "wide hyphen": "glpat－Zq81kQm2Lp0aa7TT9uVw",
    "wide letters": "ｇｌｐａｔ-Zq81kQm2Lp0aa7TT9uVw",
    "zero width space": "glpat-Zq81kQm2\u200bLp0aa7TT9uVw",
    "zero width joiner": "gl\u200dpat-Zq81kQm2Lp0aa7TT9uVw",
    "word joiner": "glpat\u2060-\u2060Zq81kQm2Lp0aa7TT9uVw",
    "soft hyphen": "glpat-Zq81\u00adkQm2Lp0aa7TT9uVw",
    "byte order mark": "glpat-Zq81kQm2\ufeffLp0aa7TT9uVw",
    "direction mark": "glpat-Zq81\u202ekQm2Lp0aa7TT9uVw",
    "variation selector": "glpat-Zq81\ufe0fkQm2Lp0aa7TT9uVw",
    "tag character": "glpat-Zq81\U000e0041kQm2Lp0aa7TT9uVw",
    "decimal entity": "glpat&#45;Zq81kQm2Lp0aa7TT9uVw",
    "hexadecimal entity": "glpat&#x2D;Zq81kQm2Lp0aa7TT9uVw",
    "named entity": "glpat&hyphen;Zq81kQm2Lp0aa7TT9uVw",
    "entity in an entity": "glpat&amp;#45;Zq81kQm2Lp0aa7TT9uVw",
    "entity that is not seen": "glpat-Zq81&shy;kQm2&#8203;Lp0aa7TT9uVw",
    "Markdown": "glpat\\-Zq81kQm2Lp0aa7TT9uVw",
    "soft line break": "glpat-Zq81kQm2Lp0a=\na7TT9uVw",
    "soft line break of Windows": "glpat-Zq81kQm2Lp0a=\r\na7TT9uVw",
}


@pytest.mark.parametrize("written", DISGUISED.values(), ids=DISGUISED)
def test_a_token_in_disguise_goes_whole(written: str) -> None:
    assert NormalText.of(written).text == TOKEN
    assert redact(f"My token {written} is refused.").text == "My token [GitLab token removed] is refused."


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("pass\u200bword: hunter2", "pass\u200bword: [password removed]"),
        ("password&#58; hunter2", "password&#58; [password removed]"),
        ("mail kim.lu&#64;corp.example now", "mail [email removed] now"),
        ("mail kim.lu\\@corp\\.example now", "mail [email removed] now"),
        ("write to kim\u00ad.lu@corp.example", "write to [email removed]"),
        ("host 203\\.0\\.113\\.7 is down", "host [IP address removed] is down"),
        ("203.0.\u200b113.7", "[IP address removed]"),
        ("mvn deploy —password s3cr3tMvn", "mvn deploy —password [password removed]"),
        ("curl –u anna:w1nter-is-here https://x.example", "curl –u [password removed] https://x.example"),
        ("call +49\u2011461\u20115550142", "call [phone removed]"),
        ("4111\u20111111\u20111111\u20111111", "[card number removed]"),
        (
            '"url": "https:\\/\\/jane:pa55word@gitlab.example"',
            '"url": "https:\\/\\/[credentials removed]@gitlab.example"',
        ),
        ("&lt;jane@corp.example&gt; wrote", "&lt;[email removed]&gt; wrote"),
        ("?a=1&amp;private_token=Qk3VxYz8wLmNp5RtS1uB", "?a=1&amp;private_token=[GitLab token removed]"),
        ("——-BEGIN PRIVATE KEY——-\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n——-END PRIVATE KEY——-", "[private key removed]"),
    ],
)
def test_every_finder_sees_through_it(text: str, left: str) -> None:
    assert redact(text).text == left


@pytest.mark.parametrize(
    "text",
    [
        "The range 10–12 — as described – fails; naïve café, 10² and ½, “quoted” ‘text’, e.g. 5 €.",
        "Family 👩‍👩‍👧 and flag 🏴󠁧󠁢󠁥󠁮󠁧󠁿 and ❤️ are shown wrongly",
        "a &lt; b &amp;&amp; c &gt; d &copy; &unknown; &#x; AT&T",
        "regex ^\\[\\w+\\]\\.\\d+$ and path C:\\_work\\.git\\-x, \\\\server\\share",
        "TOKEN=\nUSER=\nPASSWORD=\n",
        "data: bm90YXJlYWxyb290cGFzc3dvcmQ=\ntype: Opaque",
        "می‌خواهم کد را ببینم",
        "a = b - c; x=\ny",
        "the problem—password reset fails—is old",
    ],
)
def test_ordinary_texts_stay(text: str) -> None:
    assert redact(text).text == text


def test_a_requester_with_a_joiner_in_the_name_is_found_in_both_spellings() -> None:
    for written in ("علی‌رضا", "علیرضا"):
        assert redact(f"من {written} هستم", names=["علی‌رضا"]).text == "من [name removed] هستم"


PIECES = st.sampled_from(
    [*FRAGMENTS, *DISGUISED.values(), "&#45;", "\\-", "=\n", "=3D", "=C3=A9", "ﬁ", "½", "—", "\u200b", "&shy;"]
)
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=20).map("".join)


@given(TEXTS)
def test_the_way_back_leads_to_what_was_written(text: str) -> None:
    assert NormalText.of(text).original == text
    assert NormalText.of(text, quoted_printable=True).original == text


@given(TEXTS, st.lists(st.integers(0, 60), max_size=8))
def test_what_is_replaced_is_gone_and_all_else_is_as_written(text: str, bounds: list[int]) -> None:
    normal = NormalText.of(text.replace(EMAIL_REMOVED, ""))
    ends = sorted({min(bound, len(normal.text)) for bound in bounds})
    spans = [Span(start, end, "email") for start, end in zip(ends[::2], ends[1::2], strict=False)]
    left = normal.replaced(spans).original
    at = 0
    for piece in left.split(EMAIL_REMOVED):
        found = normal.original.find(piece, at)
        assert found >= 0
        at = found + len(piece)
