"""The shipped model: what it says, why, how fast, and from many threads at once."""

import math
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.encoder import Encoder
from app.model.model import Model
from app.model.training.labelled import ARCHETYPES, shipped_tickets
from app.ticket import Ticket

MODEL = Model.load()
EASY = [
    ("@gitlab is it down? can't push, 502 all over since an hour", "twitter", "stability_complaint"),
    ("it would be great if gitlab had a dark theme, please add one", "twitter", "feature_request"),
    ("I lost my phone and my recovery codes, please disable 2FA on my account", "email", "two_factor_reset"),
    ("Earn 5000 dollars a week with bitcoin, click here: http://win.example", "disqus", "spam"),
    ("We would like to invite GitLab to sponsor our hackathon in May", "email", "event_sponsorship"),
    ("This Tweet is no longer available.", "twitter", "tweet_removed"),
]


@pytest.mark.parametrize(("text", "channel", "archetype"), EASY)
def test_plain_cases_are_plain(text: str, channel: str, archetype: str) -> None:
    verdict = MODEL.judge(Ticket(id=1, body=text), channel)
    assert verdict.best == archetype
    assert verdict.probability == next(iter(verdict.probabilities.values()))


def test_a_verdict_names_every_archetype_and_adds_up() -> None:
    verdict = MODEL.judge(Ticket(id=1, body="is it down?"), "twitter")
    assert set(verdict.probabilities) == set(ARCHETYPES)
    assert math.isclose(sum(verdict.probabilities.values()), 1, abs_tol=1e-6)
    assert list(verdict.probabilities.values()) == sorted(verdict.probabilities.values(), reverse=True)
    assert verdict.version == MODEL.version
    assert len(MODEL.version) == 64


def test_reasons_are_words_of_the_ticket_or_traits_in_words() -> None:
    verdict = MODEL.judge(Ticket(id=1, body="I lost my phone, my authenticator is gone"), "email")
    assert 1 <= len(verdict.strongest) <= 5
    assert any("phone" in reason or "authenticator" in reason for reason in verdict.strongest)
    assert not any(reason.startswith(("w:", "l:", "t:")) for reason in verdict.strongest)


def test_a_known_ticket_is_its_own_nearest() -> None:
    known = next(ticket for ticket in shipped_tickets() if len(ticket.body) > 80)
    nearest = MODEL.judge(known.ticket(), known.channel).nearest
    assert len(nearest) == 3
    assert (nearest[0].id, nearest[0].archetype) == (known.id, known.gold)
    assert nearest[0].begins


def test_every_archetype_has_thresholds_and_high_is_not_below_medium() -> None:
    assert set(MODEL.thresholds) == set(ARCHETYPES)
    for threshold in MODEL.thresholds.values():
        assert threshold.high is None or threshold.medium is None or threshold.high >= threshold.medium


def test_an_empty_ticket_is_judged_too() -> None:
    assert MODEL.judge(Ticket(id=1), "").probability > 0


@given(st.text(max_size=2000), st.sampled_from(["twitter", "email", "", "no such channel"]))
def test_any_text_gets_a_verdict(body: str, channel: str) -> None:
    verdict = MODEL.judge(Ticket(id=1, body=body), channel)
    assert 0 < verdict.probability <= 1


def test_threads_do_not_disturb_each_other() -> None:
    tickets = [(Ticket(id=number, body=text), channel) for number, (text, channel, _) in enumerate(EASY)] * 20
    alone = [MODEL.judge(*ticket) for ticket in tickets]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda ticket: MODEL.judge(*ticket), tickets))
    assert together == alone


def test_a_long_log_costs_little() -> None:
    ticket = Ticket(id=1, body="remote: error 502 bad gateway while pushing to origin master\n" * 20_000)
    start = perf_counter()
    MODEL.judge(ticket, "forum")
    assert perf_counter() - start < 0.5


def test_the_encoder_is_optional_and_checked() -> None:
    encoder = Encoder.installed()
    if encoder is None:
        assert not MODEL.judge(Ticket(id=1, body="is it down?"), "twitter").with_encoder
        return
    vector = encoder.encode("is it down?")
    assert vector.shape == (384,)
    assert float(vector @ vector) == pytest.approx(1, abs=1e-4)
    assert float(vector @ encoder.encode("the site is offline")) > float(vector @ encoder.encode("a recipe for soup"))
    verdict = Model.load(encoder=encoder).judge(Ticket(id=1, body=EASY[0][0]), "twitter")
    assert verdict.with_encoder
    assert verdict.best == "stability_complaint"
