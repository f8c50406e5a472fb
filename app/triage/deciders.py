"""The questions that a ticket is asked, one function each: a verdict, or None for "not mine to say"."""

from dataclasses import replace
from difflib import get_close_matches

from app.message.message import WrittenMessage
from app.model.model_verdict import ModelVerdict
from app.rules.loading import Rules
from app.rules.matching.matching import Matching
from app.rules.matching.trace import RouteTrace
from app.rules.verdict import Candidate, Choice, Previous, Verdict, spoken
from app.tags import ARCHETYPE_TAG, CONFIRM_TAG
from app.ticket import Ticket
from app.triage.language import UNKNOWN, Language, language_name

MOST_CANDIDATES = 3
# Below this share the model's second thoughts are no help to a person.
WORTH_NAMING = 0.1
# What the model must give one topic of all but the foreign language.
TOPIC = 0.75
# Above this share of an archetype that is `private`, the ticket is treated as private, whatever it is judged to be.
PERHAPS_PRIVATE = 0.2
# From here on the model's other opinion makes a route's verdict a suggestion.
DOUBT = 0.5


def chosen_by_person(ticket: Ticket, previous: Previous | None) -> str | None:
    """The archetype whose tag a person set: one that is on the ticket and that we did not put there; or the one that
    we guessed, where a person added `confidence__high`.

    Where the one that we chose last is gone, another of ours came back by a person: they changed their mind.
    """
    ours = set(previous.tags) if previous else set()
    if previous and previous.archetype and ARCHETYPE_TAG + previous.archetype not in ticket.tags:
        ours = set()
    chosen = [tag for tag in ticket.tags if tag.startswith(ARCHETYPE_TAG) and tag not in ours]
    if chosen:
        return chosen[0].removeprefix(ARCHETYPE_TAG)
    return previous.archetype if previous and is_confirmed(ticket, previous) else None


def is_confirmed(ticket: Ticket, previous: Previous) -> bool:
    """Did a person say that what we guessed is right?"""
    guess, confirmed = f"{ARCHETYPE_TAG}{previous.archetype}", CONFIRM_TAG in {*ticket.tags} - {*previous.tags}
    return confirmed and guess in ticket.tags and guess in previous.tags


def by_person(rules: Rules, ticket: Ticket, previous: Previous | None, choice: Choice | None = None) -> Verdict | None:
    chosen = choice.archetype if choice else chosen_by_person(ticket, previous)
    if chosen is None:
        return None
    if chosen in rules.routing.archetypes:
        who = choice.by if choice else "A person"
        return Verdict(chosen, "high", "person", rules.mode_of(chosen), f"{who} chose {spoken(chosen)}.")
    near = get_close_matches(chosen, rules.routing.archetypes, n=1)
    meant = f" Did you mean {ARCHETYPE_TAG}{near[0]}?" if near else ""
    why = f"The tag {ARCHETYPE_TAG}{chosen} names no archetype of routing.yaml.{meant}"
    return Verdict(None, "low", "person", rules.routing.defaults.mode, why)


def nobody_wrote(rules: Rules, message: WrittenMessage) -> Verdict | None:
    """What holds no words of a person is left to one, whatever the words in it look like."""
    if not message.nobody:
        return None
    return Verdict(None, "low", "none", rules.routing.defaults.mode, f"{message.nobody}.")


def by_route(rules: Rules, fired: RouteTrace | None) -> Verdict | None:
    if fired is None:
        return None
    route = rules.routing.routes[fired.index]
    because = f' ("{fired.text}")' if fired.text else ""
    reason = route.why.rstrip(".") or fired.detail
    why = f"The rule {route.name} matched: {reason}{because}."
    mode = rules.mode_of(route.archetype, route.mode)
    return Verdict(route.archetype, route.confidence, f"route:{route.name}", mode, why, tags=route.tags)


def doubted(rules: Rules, verdict: Verdict, said: ModelVerdict | None) -> Verdict:
    """A route's verdict, which a person confirms where the model is fairly sure of something else.

    Not of an archetype that only rules know, nor of one that is urgent: a person looks at it first anyway. A route of
    medium confidence gets what the model would say instead.
    """
    archetype = rules.routing.archetypes.get(verdict.archetype or "")
    if said is not None and verdict.confidence == "medium":
        return replace(verdict, candidates=likely(said, but=verdict.archetype))
    if said is None or said.best == verdict.archetype or said.probability < DOUBT:
        return verdict
    if archetype is None or archetype.by_rule_only or archetype.priority or verdict.confidence != "high":
        return verdict
    why = f"{verdict.why} The model would say {spoken(said.best)}, so a person decides."
    mode = "suggest" if verdict.mode == "live" else verdict.mode
    return replace(verdict, confidence="medium", mode=mode, why=why, candidates=likely(said, but=verdict.archetype))


def may_be_private(rules: Rules, matching: Matching, said: ModelVerdict | None) -> bool:
    """Might it be of an archetype that is `private`, also where another was decided, or chosen by a person?"""
    private = {name for name, archetype in rules.routing.archetypes.items() if archetype.private}
    share = sum(said.probabilities.get(name, 0.0) for name in private) if said else 0.0
    return share >= PERHAPS_PRIVATE or any(route.archetype in private for route in matching.matched())


def by_language(rules: Rules, language: Language) -> Verdict | None:
    languages = rules.routing.languages
    if language.code is None or language.code in languages.answered:
        return None
    written = "" if language.code == UNKNOWN else f"in {language_name(language.code)} ({language.code}), "
    why = f"The text is {written or 'in a language that Pointsman cannot name, '}which the team does not answer."
    mode, tag = rules.mode_of(languages.archetype), languages.tag.replace("${language}", language.code)
    macro = next((name for name, one in rules.macros.macros.items() if one.language == language.code), "")
    return Verdict(languages.archetype, "high", "language", mode, why, tags=(tag,), macro=macro)


def guessed_topic(verdict: Verdict, fired: RouteTrace | None, said: ModelVerdict | None) -> Verdict:
    """With what a foreign text seems to be about: by a rule, else by the model, if it prefers one by far."""
    if fired is not None:
        return replace(verdict, candidates=(Candidate(fired.archetype, f"the rule {fired.route} matched"),))
    rest = {name: share for name, share in said.probabilities.items() if name != verdict.archetype} if said else {}
    best = max(rest, key=lambda name: rest[name], default="")
    if not best or rest[best] < TOPIC * sum(rest.values()):
        return verdict
    return replace(verdict, candidates=(Candidate(best, "the model's guess; it knows this language little"),))


def by_model(rules: Rules, said: ModelVerdict | None) -> Verdict | None:
    """From the archetype's `high` on it decides, from `medium` on it suggests; else, or if `by_rule_only`, None.

    The bars are the archetype's own in routing.yaml, else those that its training found.
    """
    if said is None or said.best not in rules.routing.archetypes:
        return None
    archetype = rules.routing.archetypes[said.best]
    bar = archetype.thresholds or said.thresholds.get(said.best) or rules.routing.defaults.thresholds
    if archetype.by_rule_only or not _reaches(bar.medium, said.probability):
        return None
    mode = rules.mode_of(said.best)
    why = f"The model classified it as {spoken(said.best)}."
    if said.strongest:
        why += f" Signals: {', '.join(said.strongest)}."
    if _reaches(bar.high, said.probability):
        return Verdict(said.best, "high", "model", mode, why, said.probability)
    others, mode = likely(said, but=said.best), "suggest" if mode == "live" else mode
    return Verdict(said.best, "medium", "model", mode, why, said.probability, candidates=others)


def _reaches(bar: float | None, share: float) -> bool:
    """None: no share was enough in the training."""
    return bar is not None and share >= bar


def likely(said: ModelVerdict, *, but: str | None = None) -> tuple[Candidate, ...]:
    """What the model thinks worth naming, beside the archetype that is named already."""
    shares = [(name, share) for name, share in said.probabilities.items() if share >= WORTH_NAMING and name != but]
    return tuple(Candidate(name, f"{share:.0%} likely (model)") for name, share in shares[:MOST_CANDIDATES])


def abstain(rules: Rules, matching: Matching, said: ModelVerdict | None) -> Verdict:
    """Leave it to a person, with what it might be: what the model thinks likely, else the routes that came close."""
    near = matching.near_misses(MOST_CANDIDATES) if said is None else ()
    missed = tuple(Candidate(one.archetype, f"the rule {one.route} almost matched; {one.detail}") for one in near)
    mode, why = rules.routing.defaults.mode, "No rule or model was confident enough."
    return Verdict(None, "low", "none", mode, why, candidates=missed if said is None else likely(said))


def too_slow(rules: Rules, seconds: float) -> Verdict:
    why = f"Judging the text took longer than {seconds:.0f} seconds."
    return Verdict(None, "low", "none", rules.routing.defaults.mode, why)


def if_live(shadow: RouteTrace) -> Verdict:
    """What a shadow route would have decided, had it been live."""
    return Verdict(shadow.archetype, "high", f"route:{shadow.route}", "live", shadow.detail)
