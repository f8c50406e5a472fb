"""What `pointsman setup` wrote last: the third side of its comparison."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.records.database import TableAccess, begin_locked
from app.records.tables import setup_objects

_LOCK = "lock"


@dataclass(frozen=True)
class SetupObject:
    key: str
    """`instance:kind/name`."""
    remote_id: str
    applied_at: str
    """ISO-8601 UTC."""
    last_applied: Mapping[str, Any] = field(default_factory=dict)
    """The managed values, as the server gave them back after our write."""


class SetupObjects(TableAccess):
    def all(self, instance: str) -> dict[str, SetupObject]:
        """By `kind/name`."""
        where = setup_objects.c.key.startswith(f"{instance}:", autoescape=True)
        rows = self._read(SetupObject, sa.select(setup_objects).where(where))
        return {row.key.partition(":")[2]: row for row in rows}

    def save(self, instance: str, key: str, remote_id: str, values: Mapping[str, Any], *, now: str) -> None:
        row = {"remote_id": remote_id, "last_applied": dict(values), "applied_at": now}
        self._insert_or_update(setup_objects, {"key": f"{instance}:{key}"}, row)

    def forget(self, instance: str, key: str) -> None:
        self._change(sa.delete(setup_objects).where(setup_objects.c.key == f"{instance}:{key}"))

    def lock(self, owner: str, *, now: str, until: str, is_gone: Callable[[str], bool]) -> bool:
        """One process at a time; also renews. False: another has it, is not gone, and its time is not over."""
        with begin_locked(self._engine) as connection:
            row = sa.select(setup_objects.c.remote_id, setup_objects.c.applied_at).where(setup_objects.c.key == _LOCK)
            held = connection.execute(row.with_for_update()).one_or_none()
            if held and held.remote_id != owner and held.applied_at > now and not is_gone(held.remote_id):
                return False
            connection.execute(sa.delete(setup_objects).where(setup_objects.c.key == _LOCK))
            connection.execute(
                sa.insert(setup_objects).values(key=_LOCK, remote_id=owner, last_applied={}, applied_at=until)
            )
        return True

    def unlock(self, owner: str) -> None:
        mine = (setup_objects.c.key == _LOCK, setup_objects.c.remote_id == owner)
        self._change(sa.delete(setup_objects).where(*mine))
