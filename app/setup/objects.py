"""What the YAML wants, what an account has, and what each kind of object knows of reading and writing it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from app.records.setup_objects import SetupObject
from app.rules.loading import Rules
from app.setup.marker import Marker
from app.setup.offered import Offered
from app.setup.secret_files import WebhookSecret
from app.setup.statuses import Statuses
from app.setup.values import Values
from integrations.errors import Refused
from integrations.gitlab.admin import GitLabAdmin
from integrations.zendesk.admin import ZendeskAdmin


@dataclass(frozen=True)
class Wanted:
    key: str
    values: Values
    place: str = ""
    """`routing.yaml:12`."""
    manual: str = ""
    """What a person must do first; then `values` are not compared, and nothing is written."""
    otherwise: Values = field(default_factory=dict)
    """The same in other words, for a server that refuses `values`. Empty: there are none."""
    remote_id: str = ""
    """The YAML names this very object: only that one can be ours, and none is made."""


@dataclass(frozen=True)
class Remote:
    """An object of the account."""

    remote_id: str
    title: str
    values: Values
    marker: Marker | None
    changed_at: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_active(self) -> bool:
        return self.values.get("active", True) is not False


@dataclass
class Account:
    """Both sides as they were read at the start of a run, for every kind to look at."""

    rules: Rules
    zendesk: ZendeskAdmin
    """With an admin's token, if there is one."""
    service: ZendeskAdmin
    """With the service's own token."""
    gitlab: GitLabAdmin
    public_url: str
    bot_id: str
    """Of the service's own agent in Zendesk."""
    gitlab_secret: WebhookSecret
    zendesk_secret: WebhookSecret
    groups: Mapping[str, str] = field(default_factory=dict)
    """Name to id."""
    definitions: Mapping[str, Offered] = field(default_factory=dict)
    """What rules of this account may say: of `trigger`, `view` and `macro`."""
    statuses: Statuses = field(default_factory=Statuses)
    recorded: Mapping[str, SetupObject] = field(default_factory=dict)
    """What was applied last, by key."""
    unread: list[tuple[str, str]] = field(default_factory=list)
    """`(zendesk or gitlab, why)` of what could not be read at all; only `doctor` goes on then."""
    hidden_hooks: set[str] = field(default_factory=set)
    """Projects whose hooks the token may not see."""
    has_categories: bool = True
    """Does the account's plan have categories of triggers?"""
    projects: Mapping[str, int] = field(default_factory=dict)
    """Path of each tracker to its id; without those that the token cannot read."""

    @property
    def instance(self) -> str:
        return self.rules.routing.setup.instance

    def owns(self, description: object) -> bool:
        """Does it bear a marker of ours?"""
        marker = Marker.in_text(description)
        return marker is not None and marker.instance == self.instance

    def channels(self) -> Mapping[str, str] | None:
        """Zendesk's channels that this account has: titles by `via_id`. None: it does not tell."""
        return self.definitions["view"].values("via_id") or None if "view" in self.definitions else None

    def place(self, *path: str | int) -> str:
        at = self.rules.positions.at(tuple(path))
        return f"{self.rules.positions.file}:{at.line}"


class ObjectKind(ABC):
    """One file per kind; no kind knows another, but by the key of an object."""

    name: ClassVar[str]
    service: ClassVar[str] = "zendesk"
    deactivated: ClassVar[Values] = {}
    """What makes one that is not wanted any more do nothing; empty: nothing does, so it stays."""
    by_title: ClassVar[bool] = False
    """It has no description: an object is ours by its title."""

    follows: ClassVar[str] = ""
    """The key of what it belongs to: where that was changed by hand, nothing is said of this."""
    calls: ClassVar[frozenset[str]] = frozenset()
    """The kinds that it calls when it is active. It is made switched off, and switched on at the end of a run."""
    drifts: ClassVar[bool] = True
    """May people change it by hand? Else a difference is always mended."""

    @abstractmethod
    def wanted(self, account: Account) -> Sequence[Wanted]:
        """From the YAML. Calls nobody."""

    @abstractmethod
    def read(self, account: Account) -> Sequence[Remote]:
        """All of the account: no filter, every page."""

    @abstractmethod
    def read_one(self, account: Account, remote_id: str) -> Remote | None:
        """As it is now; None: it is gone."""

    def prepared(self, account: Account, values: Values) -> Values:
        """Just before it is written: with what only then is made."""
        del account
        return values

    @abstractmethod
    def create(self, account: Account, key: str, values: Values, marker: Marker) -> Remote:
        """With its marker in the same request."""

    @abstractmethod
    def change(self, account: Account, found: Remote, values: Values, marker: Marker) -> Remote:
        """`values`: all that are wanted; what is sent is up to the kind. Also puts the marker back."""

    def last_change(self, account: Account, found: Remote) -> str:
        """Who changed it last, and when, as far as the server tells: asked for what was changed by hand."""
        del account
        return f"last changed at {found.changed_at}" if found.changed_at else ""

    def mark(self, account: Account, found: Remote, marker: Marker) -> Remote:
        """Add our marker to what its description says, and change nothing else."""
        del account, found, marker
        raise Refused(self.service, f"a {self.name} cannot be adopted", "not_adopted")

    def deactivate(self, account: Account, found: Remote) -> Remote:
        """Send what `deactivated` says, and nothing else."""
        del account, found
        raise Refused(self.service, f"a {self.name} is not switched off by setup", "not_deactivated")

    lost: ClassVar[str] = ""
    """What goes with it when it is deleted."""

    def delete(self, account: Account, found: Remote) -> None:
        """Only ever by `setup delete`, for what bears our marker."""
        del account, found
        raise Refused(self.service, f"a {self.name} is not deleted by setup", "not_deleted")
