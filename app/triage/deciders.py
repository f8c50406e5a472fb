"""The questions that a ticket is asked, one function each: a verdict, or None for "not mine to say"."""

from dataclasses import replace
from difflib import get_close_matches

from app.message.message import WrittenMessage
from app.model.model_verdict import ModelVerdict
from app.rules.loading import Rules
from app.rules.matching.matching import Matching
from app.rules.matching.trace import RouteTrace
from app.rules.verdict import Candidate, Previous, Verdict, spoken
from app.tags import ARCHETYPE_TAG
from app.ticket import Ticket
from app.triage.language import UNKNOWN, Language

MOST_CANDIDATES = 3
# Below this share the model's second thoughts are no help to a person.
WORTH_NAMING = 0.1
# Above this share of an archetype that is `private`, the ticket is treated as private, whatever it is judged to be.
PERHAPS_PRIVATE = 0.2
# From here on the model's other opinion makes a route's verdict a suggestion.
DOUBT = 0.5


def chosen_by_person(ticket: Ticket, previous: Previous | None) -> str | None:
    """The archetype whose tag a person set: one that is on the ticket and that we did not put there.

    Where the one that we chose last is gone, another of ours came back by a person: they changed their mind.
    """
    ours = set(previous.tags) if previous else set()
    if previous and previous.archetype and ARCHETYPE_TAG + previous.archetype not in ticket.tags:
        ours = set()
    chosen = [tag for tag in ticket.tags if tag.startswith(ARCHETYPE_TAG) and tag not in ours]
    return chosen[0].removeprefix(ARCHETYPE_TAG) if chosen else None


def by_person(rules: Rules, ticket: Ticket, previous: Previous | None) -> Verdict | None:
    chosen = chosen_by_person(ticket, previous)
    if chosen is None:
        return None
    if chosen in rules.routing.archetypes:
        return Verdict(chosen, "high", "person", rules.mode_of(chosen), f"A person chose {spoken(chosen)}.")
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

    Not of an archetype that only rules know, nor of one that is urgent: a person looks at it first anyway.
    """
    archetype = rules.routing.archetypes.get(verdict.archetype or "")
    if said is None or said.best == verdict.archetype or said.probability < DOUBT:
        return verdict
    if archetype is None or archetype.by_rule_only or archetype.priority or verdict.confidence != "high":
        return verdict
    share = f"{said.probability:.0%} likely (model)"
    why = f"{verdict.why} The model would say {spoken(said.best)} ({said.probability:.0%} likely), so a person decides."
    mode = "suggest" if verdict.mode == "live" else verdict.mode
    return replace(verdict, confidence="medium", mode=mode, why=why, candidates=(Candidate(said.best, share),))


def may_be_private(rules: Rules, matching: Matching, said: ModelVerdict | None) -> bool:
    """Might it be of an archetype that is `private`, also where another was decided, or chosen by a person?"""
    private = {name for name, archetype in rules.routing.archetypes.items() if archetype.private}
    share = sum(said.probabilities.get(name, 0.0) for name in private) if said else 0.0
    return share >= PERHAPS_PRIVATE or any(route.archetype in private for route in matching.matched())


def by_language(rules: Rules, language: Language) -> Verdict | None:
    languages = rules.routing.languages
    if language.code is None or language.code in languages.answered:
        return None
    likely = "" if language.code == UNKNOWN else f": it looks like `{language.code}`"
    why = f"The text is not in a language that the team answers{likely}."
    mode, tag = rules.mode_of(languages.archetype), languages.tag.replace("${language}", language.code)
    return Verdict(languages.archetype, "high", "language", mode, why, tags=(tag,))


def by_model(rules: Rules, said: ModelVerdict | None) -> Verdict | None:
    """From the archetype's `high` on it decides, from `medium` on it suggests; else, or if `by_rule_only`, None."""
    if said is None or said.best not in rules.routing.archetypes:
        return None
    archetype = rules.routing.archetypes[said.best]
    bar = archetype.thresholds or rules.routing.defaults.thresholds
    if archetype.by_rule_only or said.probability < bar.medium:
        return None
    mode = rules.mode_of(said.best)
    why = f"The model classified it as {spoken(said.best)} ({said.probability:.0%} likely)."
    if said.strongest:
        why += f" Signals: {', '.join(said.strongest)}."
    if said.probability >= bar.high:
        return Verdict(said.best, "high", "model", mode, why, said.probability)
    return Verdict(said.best, "medium", "model", "suggest" if mode == "live" else mode, why, said.probability)


def abstain(rules: Rules, matching: Matching, said: ModelVerdict | None) -> Verdict:
    """Leave it to a person, with what it might be: what the model thinks likely, else the routes that came close."""
    if said is not None:
        likely = [(name, share) for name, share in said.probabilities.items() if share >= WORTH_NAMING]
        candidates = [Candidate(name, f"{share:.0%} likely (model)") for name, share in likely]
    else:
        candidates = [
            Candidate(near.archetype, f"the rule {near.route} almost matched; {near.detail}")
            for near in matching.near_misses(MOST_CANDIDATES)
        ]
    mode, why = rules.routing.defaults.mode, "No rule or model was confident enough."
    return Verdict(None, "low", "none", mode, why, candidates=tuple(candidates[:MOST_CANDIDATES]))


def too_slow(rules: Rules, seconds: float) -> Verdict:
    why = f"Judging the text took longer than {seconds:.0f} seconds."
    return Verdict(None, "low", "none", rules.routing.defaults.mode, why)


def if_live(shadow: RouteTrace) -> Verdict:
    """What a shadow route would have decided, had it been live."""
    return Verdict(shadow.archetype, "high", f"route:{shadow.route}", "live", shadow.detail)
