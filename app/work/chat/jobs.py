"""Workflows for the chat: a wave of complaints, and what comes round by the clock. A slow chat delays no ticket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from app.records.records import Records
from app.rulebook import Rulebook
from app.rules.loading import Rules
from app.rules.schema.base import SpikeConfig
from app.triage.incident_choice import services_named
from app.work.chat.send_once import Announced, Announcer, say_alert, say_backlog, say_failures
from app.work.chat.spikes import Complaint, KnownIncident, Waves, Wording
from app.work.engine.engine import JSON, Work
from app.work.issues.incidents import INCIDENT
from app.work.jobs.attempt import payload_of
from app.work.jobs.backpressure import feed_works
from app.work.jobs.job import Jobs
from app.work.operations.watch import Watch
from app.work.snapshot import ticket_from_json
from app.work.tickets.workflow import triage_work

ROUND = "chat_round"
ANNOUNCED = "announced"
"""The event of a note that names a message in the chat."""


def round_work(key: str, now: datetime) -> Work:
    return Work(ROUND, key, "chat", payload_of(ROUND, key, "chat", now))


@dataclass(frozen=True)
class ChatJobs:
    jobs: Jobs
    announcer: Announcer
    records: Records
    rulebook: Rulebook
    watch: Watch
    zendesk_url: str
    now: Callable[[], datetime]

    def look_for_wave(self, delivery: JSON) -> JSON:
        looked = self.jobs.step("look", self._look, delivery)
        if "fault" in looked:
            return self.jobs.again(delivery, "look", looked["fault"])
        now = datetime.fromisoformat(delivery["accepted_at"])
        works = [
            triage_work(f"{delivery['key']}:{ticket_id}", ticket_id, ANNOUNCED, now, told=looked["news"])
            for ticket_id in looked["tickets"]
        ]
        for work in feed_works(delivery["key"], works, now):
            self.jobs.runner.later(work)
        return looked

    def say_round(self, delivery: JSON) -> JSON:
        said = self.jobs.step("say", self._say, delivery)
        return self.jobs.again(delivery, "say", said["fault"]) if "fault" in said else said

    def _look(self, delivery: JSON) -> JSON:
        rules = self.rulebook.current()
        policy = next((one for one in rules.routing.chat.waves if one.archetype == delivery["archetype"]), None)
        if policy is None:
            return {"tickets": []}
        waves = Waves(self.announcer, self._complaints, self.now)
        looked = waves.look(policy, lambda: self._incident(policy), self._wording(rules))
        announced = looked.announced
        if announced.outcome == "later" and announced.fault:
            return {"fault": asdict(announced.fault)}
        news = {"sentences": [f"Announced in the chat: {announced.permalink}"], "reason": None, "issue": None}
        linked = looked.tickets if announced.outcome == "sent" and announced.permalink else ()
        return {"outcome": announced.outcome, "tickets": list(linked), "news": news}

    def _complaints(self, archetype: str, since: datetime) -> list[Complaint]:
        found = []
        for row in self.records.decisions.of_archetype(archetype, since.isoformat()):
            ticket = ticket_from_json(row.ticket)
            about = services_named(f"{ticket.subject}\n{ticket.body}")
            found.append(Complaint(row.ticket_id, ticket.created_at, row.channel, about))
        return found

    def _incident(self, policy: SpikeConfig) -> KnownIncident:
        """The one that the wave's tickets are linked to most."""
        since = (self.now() - timedelta(minutes=policy.minutes)).isoformat()
        tickets = [row.ticket_id for row in self.records.decisions.of_archetype(policy.archetype, since)]
        found = [link for ticket in tickets for link in self.records.links.of_ticket(ticket) if link.intent == INCIDENT]
        if not found:
            return KnownIncident("none")
        url, public = Counter((link.url, bool(link.told.get("public"))) for link in found).most_common(1)[0][0]
        return KnownIncident("public", url) if public else KnownIncident("private")

    def _wording(self, rules: Rules) -> Wording:
        titles = {name: channel.title for name, channel in rules.routing.channels.items()}
        return Wording(titles, f"{self.zendesk_url}/agent")

    def _say(self, _delivery: JSON) -> JSON:
        chat = self.rulebook.current().routing.chat
        said: dict[str, Announced] = {}
        if chat.needs_triage:
            since = (self.now() - timedelta(hours=chat.needs_triage.hours)).isoformat()
            waiting = self.records.decisions.left_to_people(since)
            said["backlog"] = say_backlog(self.announcer, chat.needs_triage, waiting, f"{self.zendesk_url}/agent")
        if chat.failures:
            said["failures"] = say_failures(self.announcer, self._new_failures)
        if chat.silence_hours and self.announcer.chat:
            for source, text in self.watch.silent(chat.silence_hours):
                said[f"silence:{source}"] = say_alert(self.announcer, "silence", source, text)
            for project, text in self.watch.disabled_hooks(self.rulebook.current()):
                said[f"hook:{project}"] = say_alert(self.announcer, "hook_disabled", project, text)
        self.announcer.give_up_abandoned()
        return {name: one.outcome for name, one in said.items()}

    def _new_failures(self, since: datetime) -> dict[tuple[str, str], int]:
        return self.records.failures.counted_since(since.isoformat())
