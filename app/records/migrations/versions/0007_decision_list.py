"""A list of decisions that is filtered without their rows; and what a person chose after each."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

CORRECTED = """
update decisions set corrected_to = (
  select c.archetype from corrections c where c.ticket_id = decisions.ticket_id
    and c.was_decided_by = decisions.decided_by
    and (c.was = decisions.archetype or (c.was is null and decisions.archetype is null and decisions.config_hash != ''))
    and (c.was is null or c.was != c.archetype)
) where ticket_id in (select ticket_id from corrections)
"""


def upgrade() -> None:
    op.add_column("decisions", sa.Column("corrected_to", sa.String(64)))
    op.execute(CORRECTED)
    op.create_index(
        "ix_decisions_listed",
        "decisions",
        [
            "id",
            "event",
            "channel",
            "archetype",
            "state",
            "decided_by",
            "confidence",
            "decided_at",
            "corrected_to",
            "ticket_id",
        ],
    )
