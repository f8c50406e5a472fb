"""What accounts have: rules, deleted people and tickets, another language, faults. For tests, demo, `/sandbox`."""

from typing import Any, Literal

from integrations.sandbox.control import under_lock
from integrations.sandbox.faults import FaultSchedule
from integrations.sandbox.zendesk.named_faults import named_fault
from integrations.sandbox.zendesk.state import ADVOCATE_ID, State
from integrations.sandbox.zendesk.translations import LANGUAGES

SCRUBBED = "SCRUBBED"
PERMANENTLY_DELETED = "Permanently Deleted User"


@under_lock
class AccountControls:
    _state: State
    faults: FaultSchedule

    def fault_named(self, name: str, *, method: str = "", path: str = "", times: int = 1) -> None:
        """One of `NAMED_FAULTS` for the next `times` requests of this kind: see `Fault`."""
        self.faults.add(named_fault(name, method=method, path=path, times=times))

    def speak(self, language: str) -> None:
        """From now on Zendesk's own sentences are in this language: de, en, fr, ja or pt-BR."""
        if language not in LANGUAGES:
            raise ValueError(f"no such language; there are: {', '.join(LANGUAGES)}")
        self._state.language = language

    def delete_person(self, person_id: int, *, permanently: bool = False) -> None:
        """Their tickets stay. Thirty days later Zendesk deletes them permanently: nothing tells who it was."""
        state, person = self._state, self._state.person(person_id)
        state.person_by_address = {key: one for key, one in state.person_by_address.items() if one is not person}
        person.active, person.email = False, None
        if permanently:
            person.name, person.handle, person.external_id, person.tags = PERMANENTLY_DELETED, "", None, []

    def delete_group(self, name: str) -> None:
        self._state.named(self._state.groups, name).deleted = True

    def scrub(self, ticket_id: int) -> None:
        """Thirty days after it was deleted: only the incremental export still has it, without a word of anybody."""
        ticket = self._state.ticket(ticket_id)
        if not ticket.is_deleted:
            self._state.delete(ticket, actor_id=ADVOCATE_ID)
        ticket.subject, ticket.tags, ticket.custom_fields, ticket.audits = SCRUBBED, [], {}, []
        ticket.comments = ticket.comments[:1]
        for comment in ticket.comments:
            comment.body, comment.html = SCRUBBED, None
        ticket.changed_at = self._state.clock.now()

    def require_to_solve(self, title: str) -> int:
        """From now on no ticket can be solved without this field, its own or one that every account has. Its id."""
        system = next((one for one in self._state.system_fields if one.title == title), None)
        field = system or self._state.field(title)
        told = f"{title} is required when solving a ticket"
        problem = {"ticket_field_id": field.id, "ticket_field_type": "FieldTagger", "description": told, "error": None}
        self._state.refused_statuses["solved"] = {"base": [problem]}
        return field.id

    def turn_off_hold(self) -> None:
        """On-hold is a status that accounts have to turn on."""
        problem = {"description": "Status: hold is not included in the list", "error": "InvalidValue"}
        self._state.refused_statuses["hold"] = {"status": [problem]}

    def allow_all_statuses(self) -> None:
        self._state.refused_statuses.clear()

    def show_oddly(self, ticket_id: int, **parts: Any) -> None:
        """From now on the API shows these keys of the ticket so, as some accounts' old tickets do."""
        self._state.ticket(ticket_id).odd = parts

    def break_next_job(self, ends: Literal["failed", "killed"] = "failed", after: int = 0) -> None:
        """The next bulk job stops after so many tickets. A killed one does not say which it updated."""
        self._state.next_job = (ends, after)
