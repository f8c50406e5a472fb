"""Chooses the open incident, and the error in Sentry, that explain a complaint. Pure.

It compares their times and the services that they name. Something else is never chosen: no incident is better than a
wrong one in a reply.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Generic, Literal, Protocol, TypeVar

from app.rules.folding import clean, fold
from app.word_lists import lines_of

Fit = Literal["same", "near", "whole", "chronic", "time_only", "other_service", "other_time"]
"""`same`: both name a service; `near`: two faces of one application; `whole`: the incident is about all of GitLab.com;
`chronic`: an error that was there long before; `time_only`: the complaint names no service, the incident does."""

WEIGHT: dict[Fit, float] = {"same": 0.6, "near": 0.4, "whole": 0.35, "chronic": 0.2, "time_only": 0.1}
EXPLAINS: frozenset[Fit] = frozenset({"same", "near", "whole"})

# People complain before the incident is declared, and an error may end before the last of them does.
DECLARED_WITHIN = timedelta(hours=1)
SEEN_WITHIN = timedelta(hours=1)
# An error that is older than this was there when nobody complained.
NEW_WITHIN = timedelta(hours=24)
CLOSE = timedelta(hours=6)
MOST_CHARACTERS = 5000
MOST_OF_DESCRIPTION = 1500
MANY_SERVICES = 3
APPLICATION = frozenset({"web", "api"})
# If these fail, and it is not for a reason of their own, everything does.
CENTRAL = frozenset({"git", "web"})

# Not what they look like.
READ_AS = {
    "internal api": "gitaly",
    "api is not accessible": "gitaly",
    "docker login": "registry",
    "docker pull": "registry",
    "docker push": "registry",
    "pull request": "",
    "http basic": "basic",
}
# What every service stands on.
BACKBONE = """database*, postgres*, pgbouncer, patroni, redis, gitaly, praefect, nfs, load balancer*, haproxy,
    cloudflare, dns, network*, connectivity, all services, whole site, entire site"""
SLOW = "slow*, latenc*, sluggish, crawl*, degraded, apdex, takes ages, takes forever, taking forever"


class OpenIncident(Protocol):
    """An open issue of a tracker of incidents, as far as it is looked at."""

    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def created_at(self) -> datetime: ...


class UnresolvedError(Protocol):
    """An unresolved issue of Sentry, as far as it is looked at."""

    @property
    def title(self) -> str: ...
    @property
    def culprit(self) -> str: ...
    @property
    def project(self) -> str: ...
    @property
    def first_seen(self) -> datetime: ...
    @property
    def last_seen(self) -> datetime: ...


SomeIncident = TypeVar("SomeIncident", bound=OpenIncident)
SomeError = TypeVar("SomeError", bound=UnresolvedError)
SomeCause = TypeVar("SomeCause")


@dataclass(frozen=True, slots=True)
class ComplaintText:
    text: str
    """Subject and body."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Ranked(Generic[SomeCause]):
    cause: SomeCause
    fit: Fit
    score: float
    """0 to 1."""
    because: tuple[str, ...]
    """For the trace: what speaks for it, and against it."""

    @property
    def explains(self) -> bool:
        """May the ticket be linked to it? What does not explain may still be worth a look by a person."""
        return self.fit in EXPLAINS


def best(ranked: Sequence[Ranked[SomeCause]]) -> Ranked[SomeCause] | None:
    """The first, if it explains the complaint."""
    return ranked[0] if ranked and ranked[0].explains else None


def rank_incidents(complaint: ComplaintText, incidents: Iterable[SomeIncident]) -> tuple[Ranked[SomeIncident], ...]:
    """All of them, the best first; those that explain the complaint before those that do not."""
    about = _about(complaint.text)
    return _in_order([_incident(incident, about, complaint.at) for incident in incidents])


def rank_errors(complaint: ComplaintText, errors: Iterable[SomeError]) -> tuple[Ranked[SomeError], ...]:
    """The same for errors, which explain only a complaint that names their service, and only while they are new."""
    about = _about(complaint.text)
    return _in_order([_error(error, about, complaint.at) for error in errors])


def services_named(text: str) -> tuple[str, ...]:
    """What a complaint is about, as people call it ("Git", "the registry"); empty where it does not say."""
    services = _about(text).services
    return tuple(title for service, title in TITLES.items() if service in services)


@dataclass(frozen=True, slots=True)
class _About:
    services: frozenset[str]
    whole: bool
    """Names nothing in particular, or what everything stands on."""
    status: frozenset[str]
    slow: bool


def _incident(incident: SomeIncident, about: _About, at: datetime) -> Ranked[SomeIncident]:
    when = _when("opened", incident.created_at, at)
    if incident.created_at > at + DECLARED_WITHIN:
        return Ranked(incident, "other_time", 0.0, (when,))
    theirs = _about_incident(incident)
    fit, why = _fit(about, theirs)
    return _scored(incident, fit, (when, why), about, theirs, closeness=_closeness(incident.created_at, at))


def _error(error: SomeError, about: _About, at: datetime) -> Ranked[SomeError]:
    seen = _when("last seen", error.last_seen, at)
    if error.last_seen < at - SEEN_WITHIN or error.first_seen > at + DECLARED_WITHIN:
        return Ranked(error, "other_time", 0.0, (seen,))
    theirs = _about(_CODE_SIGNS.sub(" ", f"{error.project} {error.culprit} ") + error.title)
    shared = about.services & theirs.services
    first = _when("first seen", error.first_seen, at)
    if not shared:
        why = f"it is about {_titles(theirs.services) or 'no service that is known'}"
        return Ranked(error, "other_service", 0.0, (seen, why))
    fit: Fit = "same" if error.first_seen >= at - NEW_WITHIN else "chronic"
    why = f"both are about {_titles(shared)}"
    return _scored(error, fit, (first, seen, why), about, theirs, closeness=_closeness(error.first_seen, at))


def _scored(
    cause: SomeCause, fit: Fit, because: tuple[str, ...], about: _About, theirs: _About, *, closeness: float
) -> Ranked[SomeCause]:
    if fit == "other_service":
        return Ranked(cause, fit, 0.0, because)
    status = about.status & theirs.status
    alike = [f"both mention {', '.join(sorted(status))}"] if status else []
    alike += ["both speak of slowness"] if about.slow and theirs.slow else []
    union = about.services | theirs.services
    overlap = len(about.services & theirs.services) / len(union) if union else 0.0
    # "It is down" is explained by what is wrong with everything, "MR pages hang" rather by an incident of those.
    as_wide = about.whole == theirs.whole
    score = WEIGHT[fit] + 0.2 * closeness + 0.1 * bool(alike) + 0.05 * overlap + 0.05 * as_wide
    return Ranked(cause, fit, round(score, 3), (*because, *alike))


def _fit(about: _About, theirs: _About) -> tuple[Fit, str]:
    shared = about.services & theirs.services
    if shared:
        return "same", f"both are about {_titles(shared)}"
    if theirs.whole:
        return "whole", "it is about all of GitLab.com"
    if about.services & APPLICATION and theirs.services & APPLICATION:
        return "near", f"it is about {_titles(theirs.services)}, the complaint about {_titles(about.services)}"
    if not about.services:
        # "GitLab is down" is what people say when no page opens.
        fit: Fit = "whole" if "web" in theirs.services else "time_only"
        return fit, f"it is about {_titles(theirs.services)}, the complaint names no service"
    return "other_service", f"it is about {_titles(theirs.services)}, the complaint about {_titles(about.services)}"


def _in_order(ranked: list[Ranked[SomeCause]]) -> tuple[Ranked[SomeCause], ...]:
    # Stable: among equals the order in which they came, which is the newest first.
    return tuple(sorted(ranked, key=lambda one: (one.explains, one.score), reverse=True))


def _about(text: str) -> _About:
    given = _PAGES.sub("gitlab-pages", _ADDRESS.sub(_host, _QUOTED.sub("", clean(text[:MOST_CHARACTERS]))))
    folded = _MISLEADING.sub(lambda found: READ_AS[found[0]], fold(given))
    services = _found(_PATTERNS["named"], folded)
    hinted = _found(_PATTERNS["hinted"], folded)
    whole = not services and hinted <= {"web"}
    if services <= {"git", "sign-in"}:
        services |= hinted & {"web"} if services else hinted
    whole |= len(services) >= MANY_SERVICES or (services <= CENTRAL and bool(_BACKBONE.search(folded)))
    return _About(services, whole, frozenset(_STATUS.findall(folded)), bool(_SLOW.search(folded)))


def _about_incident(incident: OpenIncident) -> _About:
    """By title and labels. The description, which names much in passing, counts only where these name nothing."""
    # So that a title may begin with "Pages".
    titled = _about(f"incident {incident.title}")
    labels = " ".join(label.rpartition("::")[2].replace("-", " ").casefold() for label in incident.labels)
    labelled = _found(_PATTERNS["labels"], labels)
    backbone = bool(_BACKBONE.search(f"{fold(incident.title)} {labels}"))
    if labelled:
        # What the title only hints at, a label says better.
        services = labelled if titled.whole and titled.services == {"web"} else labelled | titled.services
        central = services <= CENTRAL and (backbone or (titled.whole and bool(titled.services)))
        return _About(services, central or len(services) >= MANY_SERVICES, titled.status, titled.slow)
    if titled.services or backbone or _GITLAB_COM.search(fold(incident.title)):
        return titled
    return _about(incident.description[:MOST_OF_DESCRIPTION])


def _found(patterns: dict[str, re.Pattern[str]], folded: str) -> frozenset[str]:
    return frozenset(service for service, pattern in patterns.items() if pattern.search(folded))


def _titles(services: Iterable[str]) -> str:
    return " and ".join(title for service, title in TITLES.items() if service in services)


def _closeness(began: datetime, at: datetime) -> float:
    """1 when it began with the complaint, a half after six hours, or when it was declared an hour later."""
    if began > at:
        return 1 - (began - at) / DECLARED_WITHIN / 2
    return 1 / (1 + (at - began) / CLOSE)


def _when(what: str, moment: datetime, at: datetime) -> str:
    minutes = round(abs(at - moment).total_seconds() / 60)
    if minutes == 0:
        return f"{what} at the time of the complaint"
    span = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"
    return f"{what} {span} {'after' if moment > at else 'before'} the complaint"


def _host(address: re.Match[str]) -> str:
    """Addresses name groups and projects, which say nothing."""
    path = address[2] or ""
    return f"{address[1]} api " if path.startswith("/api/") else address[1]


def _pattern(phrases: str) -> re.Pattern[str]:
    each = [re.escape(phrase.strip()).replace(r"\*", r"\w*") for phrase in " ".join(phrases.split()).split(",")]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(each)})(?!\w)")


def _services() -> tuple[dict[str, str], dict[str, dict[str, re.Pattern[str]]]]:
    """Titles, and the patterns of each kind, by service."""
    titles: dict[str, str] = {}
    phrases: dict[str, dict[str, list[str]]] = {"named": {}, "hinted": {}, "labels": {}}
    service = ""
    for line in lines_of(Path(__file__).parent / "data" / "services.txt"):
        if line.startswith("["):
            service, _, title = line.removeprefix("[").partition("] ")
            titles[service] = title
        else:
            kind, _, listed = line.partition(": ")
            phrases[kind].setdefault(service, []).append(listed)
    return titles, {
        kind: {service: _pattern(", ".join(listed)) for service, listed in by_service.items()}
        for kind, by_service in phrases.items()
    }


TITLES, _PATTERNS = _services()
_BACKBONE = _pattern(BACKBONE)
_SLOW = _pattern(SLOW)
_MISLEADING = re.compile("|".join(map(re.escape, READ_AS)))
_GITLAB_COM = re.compile(r"\bgitlab\.com\b")
_STATUS = re.compile(r"\b5[02][0-4]\b")
# With a capital, and not where a sentence begins, it is the service.
_PAGES = re.compile(r"(?<=[\w,;(@\"'-] )Pages\b")
_QUOTED = re.compile(r"^>.*$", re.MULTILINE)
_ADDRESS = re.compile(r"https?://([^\s/<>\"']+)(/\S*)?")
# Between the words of code: `Projects::IssuesController#show`, `container-registry`, `merge_requests`.
_CODE_SIGNS = re.compile(r"[:#_/.-]+|(?<=[a-z])(?=[A-Z])")
