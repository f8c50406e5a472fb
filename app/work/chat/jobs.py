"""Workflows for the chat: a spike of complaints, and what is checked by the clock. A slow chat delays no ticket."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from app.rules.loading import Rules
from app.rules.schema.base import SpikeConfig
from app.triage.incident_choice import services_named
from app.work.chat.send_once import Announced, Announcer, say_alert, say_backlog, say_failures
from app.work.chat.spikes import Complaint, KnownIncident, SpikeWatch, Wording
from app.work.chat.webhook_health import WebhookAlerts
from app.work.issues.incidents import INCIDENT
from app.work.issues.news import known_of
from app.work.jobs.backpressure import throttled
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import attempt, crashed
from app.work.messages import CheckForChat, Failed, IssueNews, LookForSpike, Stored, TriageTicket
from app.work.snapshot import ticket_from_json


class SpikeResult(Stored):
    tickets: tuple[int, ...] = ()
    """Whose note names the message in the chat."""
    permalink: str = ""


def register(deps: Dependencies, announcer: Announcer, alerts: WebhookAlerts) -> None:
    jobs = ChatJobs(deps, announcer, alerts)
    deps.engine.register(LookForSpike, jobs.look_for_spike, partial(crashed, deps))
    deps.engine.register(CheckForChat, jobs.check, partial(crashed, deps))


@dataclass(frozen=True)
class ChatJobs:
    deps: Dependencies
    announcer: Announcer
    alerts: WebhookAlerts

    def look_for_spike(self, message: LookForSpike) -> None:
        spike = attempt(self.deps, message, "look", self._look, message)
        if spike is None:
            return
        now = message.accepted_at
        news = IssueNews(event="announced", sentences=(f"Announced in the chat: {spike.permalink}",))
        tickets = [
            TriageTicket(key=f"{message.key}:{ticket_id}", accepted_at=now, ticket_id=ticket_id, cause=news)
            for ticket_id in spike.tickets
        ]
        for work in throttled(message.key, tickets, now):
            self.deps.engine.later(work)

    def check(self, message: CheckForChat) -> None:
        attempt(self.deps, message, "check", self._check)

    def _look(self, message: LookForSpike) -> SpikeResult | Failed:
        rules = self.deps.rulebook.current()
        policy = next((one for one in rules.routing.chat.spikes if one.archetype == message.archetype), None)
        if policy is None:
            return SpikeResult()
        spikes = SpikeWatch(self.announcer, self._complaints, self.deps.now)
        looked = spikes.look(policy, lambda: self._incident(policy), self._wording(rules))
        announced = looked.announced
        if announced.outcome == "later" and announced.fault:
            return Failed(fault=announced.fault)
        linked = looked.tickets if announced.outcome == "sent" and announced.permalink else ()
        return SpikeResult(tickets=tuple(linked), permalink=announced.permalink or "")

    def _complaints(self, archetype: str, since: datetime) -> list[Complaint]:
        found = []
        for row in self.deps.records.decisions.of_archetype(archetype, since.isoformat()):
            ticket = ticket_from_json(row.ticket)
            about = services_named(f"{ticket.subject}\n{ticket.body}")
            found.append(Complaint(row.ticket_id, ticket.created_at, row.channel, about))
        return found

    def _incident(self, policy: SpikeConfig) -> KnownIncident:
        """The one that most tickets of the spike are linked to, if incidents are looked for at all."""
        archetype = self.deps.rulebook.current().routing.archetypes.get(policy.archetype)
        if archetype and not archetype.incidents:
            return KnownIncident("unasked")
        since = (self.deps.now() - timedelta(minutes=policy.minutes)).isoformat()
        tickets = [row.ticket_id for row in self.deps.records.decisions.of_archetype(policy.archetype, since)]
        found = [
            link for ticket in tickets for link in self.deps.records.links.of_ticket(ticket) if link.intent == INCIDENT
        ]
        if not found:
            return KnownIncident("none")
        url, public = Counter((link.url, bool(known_of(link).public)) for link in found).most_common(1)[0][0]
        return KnownIncident("public", url) if public else KnownIncident("private")

    def _wording(self, rules: Rules) -> Wording:
        titles = {name: channel.title for name, channel in rules.routing.channels.items()}
        return Wording(titles, f"{self.deps.settings.zendesk_url}/agent")

    def _check(self) -> dict[str, str]:
        """What was said about each, if anything."""
        chat = self.deps.rulebook.current().routing.chat
        said: dict[str, Announced] = {}
        if chat.needs_triage:
            since = (self.deps.now() - timedelta(hours=chat.needs_triage.hours)).isoformat()
            waiting = self.deps.records.decisions.left_to_people(since)
            said["backlog"] = say_backlog(
                self.announcer, chat.needs_triage, waiting, f"{self.deps.settings.zendesk_url}/agent"
            )
        if chat.failures:
            said["failures"] = say_failures(self.announcer, self._new_failures)
        if chat.silence_hours and self.announcer.chat:
            for source, text in self.alerts.silent(chat.silence_hours):
                said[f"silence:{source}"] = say_alert(self.announcer, "silence", source, text)
            for project, text in self.alerts.disabled_hooks():
                said[f"hook:{project}"] = say_alert(self.announcer, "hook_disabled", project, text)
        if chat.setup and self.announcer.chat:
            for check, text in self.alerts.setup_problems():
                said[f"setup:{check}"] = say_alert(self.announcer, "setup", check, text)
        self.announcer.give_up_abandoned()
        return {name: one.outcome for name, one in said.items()}

    def _new_failures(self, since: datetime) -> dict[tuple[str, str], int]:
        return self.deps.records.failures.counted_since(since.isoformat())
