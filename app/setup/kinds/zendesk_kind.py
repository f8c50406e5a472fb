"""What the objects of Zendesk have in common: one list, one form to write, a description for the marker."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from app.setup.marker import Marker
from app.setup.objects import Account, ObjectKind, Remote
from app.setup.values import Values, mapping, text
from integrations.zendesk.admin import Json


class ZendeskKind(ObjectKind):
    path: ClassVar[str]
    many: ClassVar[str]
    """The list's name in the answer."""
    one: ClassVar[str]
    """The object's name in a request and in its answer."""
    marked: ClassVar[str] = "description"
    """The field that bears the marker; empty: it has none."""
    update: ClassVar[str] = "PUT"

    @abstractmethod
    def parse(self, raw: Json) -> Values:
        """Only what we manage, in the canonical form."""

    @abstractmethod
    def body(self, values: Values) -> dict[str, Any]:
        """What is sent for these values, without the marker."""

    def body_of_change(self, values: Values, found: Remote) -> dict[str, Any]:
        """What is sent to make `found` so: whole, unless a kind says less."""
        del found
        return self.body(values)

    def is_seen(self, raw: Json) -> bool:
        """Whether it can be ours at all."""
        del raw
        return True

    def read(self, account: Account) -> Sequence[Remote]:
        return [self.found(account, raw) for raw in account.zendesk.all(self.path, self.many) if self.is_seen(raw)]

    def read_one(self, account: Account, remote_id: str) -> Remote | None:
        answer = account.zendesk.find(f"{self.path}/{remote_id}")
        raw = answer.get(self.one) if answer else None
        return self.found(account, raw) if isinstance(raw, Mapping) and self.is_seen(raw) else None

    def create(self, account: Account, key: str, values: Values, marker: Marker) -> Remote:
        del key
        marked = {self.marked: str(marker)} if self.marked else {}
        return self._sent(account, "POST", self.path, {**self.body(values), **marked})

    def change(self, account: Account, found: Remote, values: Values, marker: Marker) -> Remote:
        path = f"{self.path}/{found.remote_id}"
        body = self.body_of_change(values, found)
        if self.marked and found.marker != marker:
            body[self.marked] = marker.added_to(found.raw.get(self.marked))
        return self._sent(account, self.update, path, body, found.remote_id)

    def mark(self, account: Account, found: Remote, marker: Marker) -> Remote:
        body = {self.marked: marker.added_to(found.raw.get(self.marked))}
        return self._sent(account, self.update, f"{self.path}/{found.remote_id}", body, found.remote_id)

    def deactivate(self, account: Account, found: Remote) -> Remote:
        return self._sent(
            account, self.update, f"{self.path}/{found.remote_id}", dict(self.deactivated), found.remote_id
        )

    def delete(self, account: Account, found: Remote) -> None:
        account.zendesk.delete(f"{self.path}/{found.remote_id}")

    def found(self, account: Account, raw: Json) -> Remote:
        return Remote(
            remote_id=text(raw.get("id")),
            title=text(raw.get("raw_title") or raw.get("title") or raw.get("name")),
            values=account.statuses.as_categories(self.parse(raw)),
            marker=Marker.in_text(raw.get(self.marked)) if self.marked else None,
            changed_at=text(raw.get("updated_at")),
            raw=raw,
        )

    def _sent(self, account: Account, method: str, path: str, body: Json, remote_id: str = "") -> Remote:
        """As it is afterwards: from the answer, or read where Zendesk answers nothing."""
        raw = account.zendesk.send(method, path, {self.one: dict(body)}).get(self.one)
        if not isinstance(raw, Mapping):
            raw = account.zendesk.get(f"{self.path}/{remote_id}").get(self.one, {})
        return self.found(account, raw)


def is_personal(raw: Json) -> bool:
    """Is it one person's own?"""
    return mapping(raw.get("restriction")).get("type") == "User"
