"""The order in which a ticket is judged, and what each step may and may not decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from app.model.artifact import BandThresholds
from app.model.model_verdict import ModelVerdict
from app.rules.actions.note import Note
from app.rules.actions.tags import Tags
from app.rules.loading import Rules, load
from app.rules.verdict import Previous
from app.ticket import Ticket
from app.triage.judge import Judged, Judgement, judge
from app.triage.language import Language
from app.triage.shipped import shipped_judgement
from tests.support.shipped import EXAMPLES, SHIPPED

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ENGLISH = Language("en", "a test says so")


@pytest.fixture(scope="module")
def rules() -> Rules:
    return SHIPPED


def model_says(archetype: str, share: float) -> Judgement:
    said = ModelVerdict(
        MappingProxyType({archetype: share, "mention": 0.2}), archetype, share, ("a word",), (), "v", False
    )
    return Judgement(lambda _: ENGLISH, lambda _ticket, _channel: said)


def ask(rules: Rules, body: str, judgement: Judgement, **ticket: object) -> Judged:
    return judge(rules, Ticket(1, body=body, channel="twitter", **ticket), judgement, now=NOW)  # type: ignore[arg-type]  # fields of a ticket


NOTHING_FITS = "qwertz uiop asdf"


@pytest.mark.parametrize(("share", "confidence", "mode"), [(0.999, "high", "live"), (0.7, "medium", "suggest")])
def test_the_model_decides_when_sure_and_suggests_when_probably_right(
    rules: Rules, share: float, confidence: str, mode: str
) -> None:
    verdict = ask(rules, NOTHING_FITS, model_says("bug_report", share)).verdict
    assert (verdict.archetype, verdict.decided_by) == ("bug_report", "model")
    assert (verdict.confidence, verdict.mode) == (confidence, mode)


@pytest.mark.parametrize(
    ("own", "confidence"), [("", "medium"), ("    thresholds: {high: 0.5, medium: 0.4}\n", "high")]
)
def test_what_the_training_found_is_asked_for_unless_the_archetype_says_otherwise(
    rules: Rules, own: str, confidence: str
) -> None:
    text = rules.routing_text.replace("  mention:\n", f"  mention:\n{own}", 1)
    said = ModelVerdict(
        {"mention": 0.6}, "mention", 0.6, (), (), "v", False, {"mention": BandThresholds(high=0.7, medium=0.6)}
    )
    verdict = ask(load(text, rules.macros_text), NOTHING_FITS, Judgement(lambda _: ENGLISH, lambda *_: said)).verdict
    assert (verdict.archetype, verdict.confidence) == ("mention", confidence)


def test_an_archetype_that_the_training_was_never_sure_of_is_only_named(rules: Rules) -> None:
    never = {"mention": BandThresholds(high=None, medium=None)}
    said = ModelVerdict({"mention": 0.99}, "mention", 0.99, (), (), "v", False, never)
    verdict = ask(rules, NOTHING_FITS, Judgement(lambda _: ENGLISH, lambda *_: said)).verdict
    assert (verdict.archetype, verdict.candidates[0].archetype) == (None, "mention")


def test_the_model_names_no_archetype_that_is_not_for_the_channel(rules: Rules) -> None:
    said = model_says("tweet_removed", 0.7)
    mail = judge(rules, Ticket(1, body=NOTHING_FITS, channel="email"), said, now=NOW)
    assert [one.archetype for one in mail.verdict.candidates] == ["mention"]
    assert ask(rules, NOTHING_FITS, said).verdict.candidates[0].archetype == "tweet_removed"


def test_below_its_thresholds_the_model_only_names_candidates(rules: Rules) -> None:
    verdict = ask(rules, NOTHING_FITS, model_says("bug_report", 0.2)).verdict
    assert verdict.archetype is None
    assert verdict.candidates[0].archetype == "bug_report"


@pytest.mark.parametrize("archetype", ["two_factor_reset", "team_comment", "non_english"])
def test_the_model_never_decides_what_is_for_rules_only(rules: Rules, archetype: str) -> None:
    assert ask(rules, NOTHING_FITS, model_says(archetype, 0.999)).verdict.archetype is None


@pytest.mark.parametrize("body", ["", "@gitlab", "@gitlab hm 🤔", "https://t.co/abc @gitlab"])
def test_the_model_is_not_asked_about_a_single_word(rules: Rules, body: str) -> None:
    assert ask(rules, body, model_says("mention", 0.999)).verdict.decided_by != "model"


def test_a_route_goes_before_the_language_only_if_it_says_so(rules: Rules) -> None:
    german = Judgement(lambda _: Language("de", "a test says so"))
    assert ask(rules, "please disable 2fa", german).verdict.archetype == "two_factor_reset"
    assert ask(rules, "@gitlab kudos to the team for everything!", german).verdict.archetype == "non_english"


def test_a_foreign_text_is_named_with_its_topic_and_the_macro_in_its_language() -> None:
    portuguese = 'macros:\n  Language::Portuguese: {language: pt, text: {default: "Olá"}}\n'
    rules = load(SHIPPED.routing_text, SHIPPED.macros_text.replace("macros:\n", portuguese, 1))
    judgement = Judgement(lambda _: Language("pt", "a test says so"))
    judged = ask(rules, "@gitlab gitlab.com is down, olá, fora do ar", judgement)
    assert judged.verdict.why == "The text is in Portuguese (pt), which the team does not answer."
    assert [one.archetype for one in judged.verdict.candidates] == ["stability_complaint"]
    assert "reply" in [action.kind for action in judged.plan.actions]
    assert "reply" not in [action.kind for action in ask(rules, "bonjour", _in("fr")).plan.actions]


def _in(language: str) -> Judgement:
    return Judgement(lambda _: Language(language, "a test says so"))


@pytest.mark.parametrize(
    ("shares", "topic"),
    [
        ({"non_english": 0.9, "bug_report": 0.08, "mention": 0.02}, ["bug_report"]),
        ({"non_english": 0.9, "bug_report": 0.05, "mention": 0.05}, []),
    ],
    ids=["the model prefers one by far", "the model cannot tell"],
)
def test_the_model_names_the_topic_of_a_foreign_text_only_if_it_is_clear(
    rules: Rules, shares: dict[str, float], topic: list[str]
) -> None:
    said = ModelVerdict(MappingProxyType(shares), "non_english", 0.9, (), (), "v", False)
    judgement = Judgement(lambda _: Language("fr", "a test says so"), lambda _ticket, _channel: said)
    verdict = ask(rules, "Bonjour, une question", judgement).verdict
    assert (verdict.decided_by, [one.archetype for one in verdict.candidates]) == ("language", topic)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("gitlab.com fora do ar de novo, não consigo fazer push", "stability_complaint"),
        ("GitLab.com no funciona desde hace una hora, ¿alguien más?", "stability_complaint"),
        ("gitlab.com est en panne depuis ce matin ?", "stability_complaint"),
        ("Seit heute morgen sind die Pipelines extrem langsam, was ist los?", "stability_complaint"),
        ("gitlab.com が落ちています。502 エラーが出ます", "stability_complaint"),
        ("gitlab 又挂了，一直502", "stability_complaint"),
        ("quando abro o quadro de issues aparece um erro e os cartões somem", "bug_report"),
        ("Die Ansicht stürzt ab, sobald ich einen Kommentar schreibe", "bug_report"),
        ("¿podrían agregar un modo oscuro a la página de las incidencias?", "feature_request"),
        ("Oi, gostaria de saber quanto custa o plano premium por ano", "general_question"),
        ("Bonjour, comment puis-je changer mon adresse e-mail ?", "general_question"),
    ],
)
def test_the_topic_of_a_foreign_text_is_read_off_its_words(rules: Rules, text: str, topic: str) -> None:
    verdict = ask(rules, text, shipped_judgement()).verdict
    assert (verdict.archetype, [one.archetype for one in verdict.candidates]) == ("non_english", [topic])


def test_from_medium_down_others_are_named_and_no_reply_is_ready(rules: Rules) -> None:
    judged = ask(rules, NOTHING_FITS, model_says("bug_report", 0.7))
    assert [one.archetype for one in judged.verdict.candidates] == ["mention"]
    assert "reply" not in [action.kind for action in judged.plan.actions]
    assert "%" not in judged.verdict.why


def test_a_person_stands_above_all(rules: Rules) -> None:
    judged = ask(rules, "please disable 2fa", model_says("spam", 1.0), tags=("archetype__mention",))
    assert (judged.verdict.archetype, judged.verdict.decided_by) == ("mention", "person")


def test_an_archetype_that_does_not_exist_is_said_with_what_was_meant(rules: Rules) -> None:
    verdict = ask(rules, "hello", model_says("spam", 0.2), tags=("archetype__bug_reprot",)).verdict
    assert verdict.archetype is None
    assert "Did you mean archetype__bug_report?" in verdict.why


def test_a_tag_of_ours_that_was_removed_is_not_put_back(rules: Rules) -> None:
    before = Previous("mention", ("archetype__mention", "confidence__high", "pointsman_done"))
    ticket = Ticket(1, body="please disable 2fa", channel="twitter", tags=("archetype__political", "confidence__high"))
    judged = judge(rules, ticket, model_says("spam", 0.2), now=NOW, previous=before)
    (tags,) = [action for action in judged.plan.actions if isinstance(action, Tags)]
    assert "pointsman_done" not in tags.add
    assert "archetype__political" in tags.add


def test_explain_and_classify_agree_on_every_example(rules: Rules) -> None:
    """Both are the same call; the trace of each must name what decided, and nothing that came after it."""
    judgement = shipped_judgement()
    for number, example in enumerate(EXAMPLES):
        verdict = judge(rules, example.ticket, judgement, now=NOW).verdict
        if number % 10 == 0:
            assert judge(rules, example.ticket, judgement, now=NOW).verdict == verdict
        matched = [entry["asked"] for entry in verdict.trace if entry["matched"] and not entry.get("shadow")]
        if verdict.decided_by == "none":
            assert matched == []
        else:
            assert verdict.decided_by in matched


@pytest.mark.parametrize(("bar", "share", "marked"), [("rule", 0.999, False), (0.99, 0.999, True), (0.99, 0.98, False)])
def test_the_model_marks_spam_only_from_the_bar_that_ops_gave_it(
    rules: Rules, bar: float | str, share: float, marked: bool
) -> None:
    text = rules.routing_text.replace("mark_at: rule", f"mark_at: {bar}", 1)
    judged = ask(load(text, rules.macros_text), NOTHING_FITS, model_says("spam", share))
    assert ("spam" in {action.kind for action in judged.plan.wanted()}) is marked


def test_a_ticket_that_takes_too_long_is_left_to_a_person(rules: Rules) -> None:
    moments = iter((0.0, 5.1))
    slow = replace(model_says("bug_report", 0.99), clock=lambda: next(moments))
    verdict = ask(rules, NOTHING_FITS, slow).verdict
    assert (verdict.archetype, verdict.why) == (None, "Judging the text took longer than 5 seconds.")


def test_what_comes_after_the_part_that_is_judged_decides_nothing(rules: Rules) -> None:
    far_down = "qwertz " * 3000 + "please reset my 2fa, i am locked out of my account"
    assert ask(rules, far_down, Judgement(lambda _: ENGLISH)).verdict.archetype is None


@pytest.mark.parametrize(
    ("said", "share", "confidence", "mode"),
    [
        ("mention", 0.6, "medium", "suggest"),
        ("mention", 0.45, "high", "live"),
        ("feature_request", 0.6, "high", "live"),
    ],
    ids=["sure of something else", "hardly sure", "of the same opinion"],
)
def test_a_route_that_the_model_contradicts_only_suggests(
    rules: Rules, said: str, share: float, confidence: str, mode: str
) -> None:
    verdict = ask(rules, "please add a switch for the colours of the graph", model_says(said, share)).verdict
    assert verdict.decided_by == "route:asks-for-a-feature"
    assert (verdict.archetype, verdict.confidence, verdict.mode) == ("feature_request", confidence, mode)
    assert [one.archetype for one in verdict.candidates] == (["mention"] if confidence == "medium" else [])


def test_a_route_to_what_only_rules_know_is_not_contradicted(rules: Rules) -> None:
    verdict = ask(rules, "This Tweet is no longer available.", model_says("mention", 0.9)).verdict
    assert (verdict.archetype, verdict.confidence) == ("tweet_removed", "high")


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        (
            "RE: Merge fails",
            "I am out of the office and will return on Monday. It works now.",
        ),
        ("Fwd: Re: AW: ticket", "image001.png"),
        ("Conversation with Ana", "Conversation with Ana"),
        ("Re: Ticket", "see attached"),
        ("Re: Bug", "Thanks for the answer, will try tomorrow"),
        ("Re: Bug", "On Mon, Jun 3, 2024 Support <s@x.example> wrote:\n> It works again, never mind."),
    ],
)
def test_a_text_without_a_persons_words_is_left_to_a_person_and_the_note_says_so(
    rules: Rules, subject: str, body: str
) -> None:
    judged = ask(rules, body, model_says("solved_by_user", 1.0), subject=subject)
    assert (judged.verdict.archetype, judged.verdict.confidence) == (None, "low")
    assert judged.verdict.why == f"{judged.message.nobody}."
    assert judged.verdict.trace[0] == {"asked": "words", "matched": True, "detail": judged.verdict.why}
    (note,) = [action for action in judged.plan.actions if isinstance(action, Note)]
    assert note.why == (judged.verdict.why,)


def test_a_persons_choice_stands_above_that_too(rules: Rules) -> None:
    judged = ask(rules, "image001.png", model_says("spam", 1.0), tags=("archetype__bug_report",))
    assert judged.verdict.archetype == "bug_report"


def test_what_nobody_wrote_to_us_decides_nothing_and_is_kept(rules: Rules) -> None:
    seen: list[str] = []

    def detect(text: str) -> Language:
        seen.append(text)
        return ENGLISH

    quoted = "qwertz uiop asdf\n\nOn Mon, Jun 3, 2024 Support <s@x.example> wrote:\n> never mind, it works again"
    judged = ask(rules, quoted, Judgement(detect))
    assert (judged.verdict.archetype, seen) == (None, ["\nqwertz uiop asdf"])


@pytest.mark.parametrize(
    "below",
    [
        "Mit freundlichen Grüßen\nMax Mustermann\nMusterfirma GmbH\nSitz der Gesellschaft: Musterstadt",
        "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der Adressat sind, vernichten Sie sie.",
        "Le lun. 3 juin 2024 à 10:12, Support <s@x.example> a écrit :\n\nNous avons bien reçu votre demande hier soir.",
        "-----Original Message-----\nFrom: Ann\nSubject: RE: invoice\n\nFree casino bonus: https://win.example",
    ],
)
def test_what_stands_below_a_report_changes_nothing(rules: Rules, below: str) -> None:
    report, judgement = (
        "Pipeline fails with exit code 137 since 16.9.1, in 16.8.2 it was fine. Please help.",
        shipped_judgement(),
    )
    alone, dressed = (ask(rules, body, judgement).verdict for body in (report, f"{report}\n\n{below}"))
    assert (dressed.archetype, dressed.confidence, dressed.probability) == (
        alone.archetype,
        alone.confidence,
        alone.probability,
    )
