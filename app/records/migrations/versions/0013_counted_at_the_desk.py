"""What the desk counts without looking at each row: decisions by event too, and how long each first answer took."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_TOOK = {
    "sqlite": "max(0, strftime('%s', answered_at) - strftime('%s', created_at))",
    "postgresql": "greatest(0, floor(extract(epoch from answered_at::timestamptz - created_at::timestamptz)))",
}


def upgrade() -> None:
    op.drop_index("ix_decisions_counted", "decisions")
    counted = ["archetype", "decided_by", "event", "decided_at", "corrected_to"]
    op.create_index("ix_decisions_counted", "decisions", counted)
    op.add_column("first_answers", sa.Column("waited_seconds", sa.Integer))
    took = _TOOK[op.get_bind().dialect.name]
    op.execute(f"update first_answers set waited_seconds = {took} where answered_at is not null")
    op.drop_index("ix_first_answers_created_at", "first_answers")
    listed = ["created_at", "channel", "answered_by", "waited_seconds", "solved_at"]
    op.create_index("ix_first_answers_created_at", "first_answers", listed)
