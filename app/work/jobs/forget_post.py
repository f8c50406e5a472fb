"""A post was deleted: what it said goes at once from our tables, and from finished work and failures of the queue."""

from app.records.mentions import StoredMention
from app.work.jobs.dependencies import Dependencies
from app.work.messages import TakeMentions, ticket_partition


def forget_post(deps: Dependencies, stored: StoredMention) -> None:
    """For a step of a workflow. Once more does no harm."""
    if stored.ticket_id is not None:
        deps.records.forget_texts(stored.ticket_id)
    deps.records.failures.forget_mention(stored.source, stored.native_ids)
    deps.engine.forget_texts(ticket_partition(stored.ticket_id or 0), TakeMentions, stored.native_ids)
