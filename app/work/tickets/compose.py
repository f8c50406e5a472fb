"""From a decision and what was found to the one update of the ticket, and what to say of each action. Pure."""

from collections.abc import Sequence

from app.message.report import report_details
from app.rules.accounts import answering_account
from app.rules.actions.action import ChangeContext
from app.rules.actions.findings import Found, IssueRef
from app.rules.actions.incident import Incident
from app.rules.actions.issue import Issue
from app.rules.actions.reply import Reply
from app.rules.actions.report_details import ReportDetails
from app.rules.actions.ticket_change import TicketChange
from app.rules.loading import Rules
from app.rules.macros import ANYTHING
from app.rules.placeholders import REPLY_PLACEHOLDERS
from app.work.issues.news import on_closing
from app.work.messages import TicketDecision
from app.work.tickets.first_name import first_name


def compose(decision: TicketDecision, found: Found, rules: Rules) -> TicketChange:
    """Carry out the plan on paper, in its order."""
    change, context = TicketChange(), _context(decision, found, rules)
    for action in decision.plan.actions:
        act = action.leave if action.skip_reason else action.carry_out
        change.outcomes.append(act(change, context))
    return change


def _context(decision: TicketDecision, found: Found, rules: Rules) -> ChangeContext:
    ticket, field = decision.ticket, rules.routing.fields.issue
    channel = rules.routing.channels.get(decision.channel)
    details = report_details(f"{ticket.subject}\n{ticket.body}")
    asked = _asked(decision, rules)
    missing = details.missing(asked)
    return ChangeContext(
        ticket_id=ticket.id,
        channel=decision.channel,
        macros=rules.macros,
        values=_values(decision, found, rules, missing),
        found=found,
        details=details if "steps" in asked else ReportDetails(),
        missing=missing,
        issue_field=str(field) if field else "",
        parent=decision.parent,
        limit=channel.limit if channel else ANYTHING,
        account=answering_account(channel, decision.judged, decision.archetype),
        where=_where(decision, rules),
        closed_reply=_closed_reply(found, rules),
        nobody_there=ticket.requester_deleted,
        no_address=not ticket.requester_reached,
        comes_back=rules.routing.closing.done.status == "open",
    )


def _asked(decision: TicketDecision, rules: Rules) -> tuple[str, ...]:
    """What the template of the ticket's issue asks for."""
    issue = next((one for one in decision.plan.actions if isinstance(one, Issue)), None)
    template = rules.macros.templates.get(issue.policy.template) if issue else None
    return template.placeholders if template else ()


def _closed_reply(found: Found, rules: Rules) -> str | None:
    if found.issue is None or not found.issue.closed_as:
        return None
    on = on_closing(found.issue.closed_as, rules.routing.closing)
    return on.macro or "" if on else ""


def _where(decision: TicketDecision, rules: Rules) -> str:
    channel = rules.routing.channels.get(decision.channel)
    return decision.where or channel.title if channel and channel.reply == "elsewhere" else ""


def _unnamed(answer: str, issue: IssueRef | None) -> str:
    """Without the address and the name of an issue that a stranger may not read."""
    if issue is None:
        return answer
    address = issue.url
    for name in (address, address.replace("/-/work_items/", "/-/issues/"), issue.name, issue.title):
        answer = answer.replace(name, "the issue") if name else answer
    return answer


def _values(decision: TicketDecision, found: Found, rules: Rules, missing: Sequence[str]) -> dict[str, str]:
    """What the placeholders stand for. A confidential issue has no address in a text for the public."""
    channel = rules.routing.channels.get(decision.channel)
    title = channel.title if channel else decision.channel
    issue = found.issue if found.issue and not found.issue.confidential else None
    address, name = (issue.url, issue.title) if issue else ("", "")
    values = {
        "answer": decision.answer if issue else _unnamed(decision.answer, found.issue),
        "name": "" if decision.ticket.requester_deleted else first_name(decision.ticket.requester_name),
        "ticket_url": decision.ticket.url,
        "channel": title,
        "link": decision.where or title,
        "issue_url": address,
        "issue_title": name,
        "incident_url": address,
        "incident_title": name,
        **_docs_values(found, rules),
        "over_since": found.issue.closed_on if found.issue else "",
        "asks": next((one.asks for one in decision.plan.actions if isinstance(one, Incident | Reply)), ""),
        "missing": _listed([getattr(rules.macros.missing, one) for one in missing]),
    }
    return {key: value for key, value in values.items() if key in REPLY_PLACEHOLDERS}


def _docs_values(found: Found, rules: Rules) -> dict[str, str]:
    """Only of a section that is sure to be the right one."""
    best, docs = next(iter(found.sections), None), rules.routing.docs
    if best is None or docs is None or best.score < docs.offer_at:
        return {}
    return {"docs_url": best.url, "docs_title": best.title, "docs_excerpt": best.excerpt}


def _listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
