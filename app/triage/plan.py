"""From a verdict to the list of actions, as the archetype in routing.yaml says. Walks the registry of actions."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import PlainValidator, SerializeAsAny

from app.rules.accounts import answering_account, other_accounts
from app.rules.actions import ACTIONS
from app.rules.actions.action import SKIPPED_MODEL, SKIPPED_SHADOW, SKIPPED_SUGGEST, SKIPPED_UNSURE, Action, PlanContext
from app.rules.archetypes import ArchetypeConfig
from app.rules.channels import ChannelOf
from app.rules.routing import RemarkConfig, RoutingConfig
from app.rules.schema.base import Mode
from app.rules.schema.strict import Strict
from app.rules.verdict import Previous, Verdict, spoken
from app.ticket import Ticket


def _read(value: Any) -> Action:
    """An action as it was planned, or as it is stored. Raises ValueError."""
    if isinstance(value, Action):
        return value
    kind = value.get("kind") if isinstance(value, dict) else None
    for action in ACTIONS:
        if action.name() == kind:
            return action.model_validate(value)
    raise ValueError(f"there is no action of kind {kind!r}")


class Plan(Strict):
    """All that a verdict leads to, also what is held back: a dry run and the record are the same list."""

    mode: Mode
    actions: tuple[Annotated[SerializeAsAny[Action], PlainValidator(_read)], ...]

    def wanted(self) -> tuple[Action, ...]:
        return tuple(action for action in self.actions if not action.skip_reason)


def plan(
    routing: RoutingConfig,
    ticket: Ticket,
    verdict: Verdict,
    *,
    channel: ChannelOf,
    remarks: Sequence[RemarkConfig] = (),
    previous: Previous | None = None,
) -> Plan:
    """All actions, in the order of the registry; those that the mode holds back say so."""
    archetype = routing.archetypes.get(verdict.archetype) if verdict.archetype else None
    known = routing.channels.get(channel.name)
    other = next((remark.macro for remark in remarks if remark.macro), "")
    verdict = replace(verdict, macro=verdict.macro or other)
    account = answering_account(known, ticket, verdict.archetype)
    context = PlanContext(
        ticket=ticket,
        verdict=verdict,
        channel=channel,
        channel_title=known.title if known else channel.name,
        channel_tags=known.tags if known else (),
        reply_mode="suggest" if archetype and archetype.private else routing.defaults.reply,
        account=account,
        not_accounts=other_accounts(known, routing.team, ticket, account) if account else (),
        archetype_title=_title(verdict, archetype),
        remark_tags=tuple(tag for remark in remarks for tag in remark.tags),
        remark_notes=tuple(remark.note for remark in remarks if remark.note),
        asks=" ".join(remark.asks for remark in remarks if remark.asks),
        previous=previous,
        docs=routing.docs,
    )
    # Without an archetype each action sees its keys as if nothing was said about it.
    asked = [(kind, archetype or kind.keys()) for kind in ACTIONS]
    instead = (kind.instead(keys, context) for kind, keys in asked if kind.plan(keys, context) is None)
    context = replace(context, instead=tuple(one for one in instead if one))
    planned = (kind.plan(keys, context) for kind, keys in asked)
    return Plan(mode=verdict.mode, actions=tuple(_allowed(action, verdict) for action in planned if action))


def _title(verdict: Verdict, archetype: ArchetypeConfig | None) -> str:
    title = archetype.title if archetype else None
    return title or spoken(verdict.archetype or "").capitalize()


def _allowed(action: Action, verdict: Verdict) -> Action:
    if verdict.mode == "shadow":
        return action.model_copy(update={"skip_reason": SKIPPED_SHADOW})
    if verdict.mode == "suggest":
        return action.suggested(SKIPPED_UNSURE if verdict.confidence == "medium" else SKIPPED_SUGGEST)
    return action.skipped(SKIPPED_MODEL) if action.needs_rule and verdict.decided_by == "model" else action
