"""An empty account on the sandbox, and `pointsman setup` on it with rules that are small enough to apply often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.records.records import Records
from app.settings import setup_settings
from app.setup.apply import Applied, Applier
from app.setup.connect import connect
from app.setup.objects import Account
from app.setup.plan import Step
from app.setup.planner import SetupPlan, make_plan
from integrations.sandbox import Sandbox
from tests.support.made_once import load

ROUTING = """
version: 1
channels:
  twitter: {title: Twitter, recognise: {via: twitter, rel: [none, mention]}, public: true, reply: zendesk}
  twitter_dm:
    title: Twitter DM
    recognise: {via: [twitter, twitter_dm, sunshine_conversations_twitter_dm]}
    public: false
    reply: zendesk
  disqus: {title: Blog comment, recognise: {tags: disqus}, public: true, reply: zendesk}
trackers:
  product: {project: community/product, labels: [community]}
closing:
  done: {status: open, tags: [issue_closed], macro: Community::Mention}
  not_planned: {status: open, macro: Community::Mention}
  duplicate: {follow: true}
  moved: {follow: true}
  reopened: {status: hold}
setup:
  views:
    twitter: {title: Twitter, group: Twitter, not_channel: twitter_dm}
    stuck: {title: Stuck, tags: needs_triage, below: solved}
archetypes:
  mention: {description: Praise., reply: {macro: Community::Mention}}
  bug_report:
    description: A bug.
    title: Bug report
    issue: {tracker: product, labels: [bug], template: Issue::Bug, open_when: always, link_at: 0.7, suggest_at: 0.5}
    reply: {macro: Community::Mention}
  non_english: {description: Foreign., status: hold, by_rule_only: true}
languages: {answered: [en], archetype: non_english, tag: 'language__${language}'}
routes:
  - {name: praise, when: {phrases: thank you}, archetype: mention}
"""
MACROS = """
version: 1
macros:
  Community::Mention:
    placeholders: [name, channel, link]
    tags: [macro__mention]
    status: solved
    text:
      default: |
        Hi ${name},

        thank you for the mention on ${channel}!
        See you soon.
      twitter: Thank you, ${name}! ${link}
templates:
  Issue::Bug: {text: "It broke."}
"""


@dataclass
class SetUp:
    """`pointsman setup` on one account. Each call of `plan` and `apply` begins anew, as a command does."""

    sandbox: Sandbox
    folder: Path
    records: Records
    routing: str = ROUTING
    macros: str = MACROS
    slept: list[float] = field(default_factory=list)

    def environ(self) -> dict[str, str]:
        environ = {**self.sandbox.environment(), "PUBLIC_URL": "https://pointsman.example"}
        for name in ("ZENDESK_WEBHOOK_SECRET", "GITLAB_WEBHOOK_SECRET"):
            environ.pop(name, None)
            environ[f"{name}_FILE"] = str(self.folder / name.lower())
        return environ

    def account(self) -> Account:
        environ = self.environ()
        return connect(setup_settings(environ), environ, load(self.routing, self.macros))

    def plan(self) -> list[Step]:
        account = self.account()
        return make_plan(account, self.records.setup_objects.all(account.instance)).steps

    def apply(self, **options: Any) -> Applied:
        account = self.account()
        plan = make_plan(account, self.records.setup_objects.all(account.instance))
        return self.applier(account).apply(plan, **options)

    def adopt(self, key: str) -> None:
        account = self.account()
        plan: SetupPlan = make_plan(account, self.records.setup_objects.all(account.instance))
        self.applier(account).adopt(next(item for item in plan.items if item.step.key == key))

    def applier(self, account: Account) -> Applier:
        return Applier(account, self.records.setup_objects, lambda _item, _wrong: None, sleep=self.slept.append)

    def open(self) -> dict[str, str]:
        """What is left to do: verb by key."""
        return {step.key: step.verb for step in self.plan() if step.is_work}

    def object_of(self, table: str, title: str) -> dict[str, Any]:
        rows = self.sandbox.zendesk.account_objects()[table].values()
        return next(row for row in rows if row["title"] == title)

    def everything(self) -> dict[str, Any]:
        """Both accounts as they are, without times."""
        tables = {**self.sandbox.zendesk.account_objects(), **self.sandbox.gitlab.made_objects()}
        return {name: {key: {**row, "updated_at": ""} for key, row in rows.items()} for name, rows in tables.items()}


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        sandbox.zendesk.add_group("Twitter")
        yield sandbox


NewSetUp = Callable[[], AbstractContextManager[SetUp]]


@pytest.fixture(scope="session")
def new_set_up(shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> NewSetUp:
    """Gives an account in which nothing was made yet, as often as a property wants one."""

    @contextmanager
    def new() -> Iterator[SetUp]:
        folder = tmp_path_factory.mktemp("account")
        records = Records.open(f"sqlite:///{folder}/setup.db")
        try:
            yield SetUp(shared_sandbox, folder, records)
        finally:
            records.close()
            for service in (shared_sandbox.zendesk, shared_sandbox.gitlab):
                service.faults.clear()
                service.forget_set_up()

    return new


@pytest.fixture
def set_up(new_set_up: NewSetUp) -> Iterator[SetUp]:
    with new_set_up() as fresh:
        yield fresh
