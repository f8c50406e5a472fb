"""When tickets were first answered."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "first_answers",
        sa.Column("ticket_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("answered_at", sa.String(40)),
        sa.Column("answered_by", sa.String(8), nullable=False, server_default=""),
        sa.Column("solved_at", sa.String(40)),
    )
    listed = ["created_at", "channel", "answered_at", "answered_by", "solved_at", "ticket_id"]
    op.create_index("ix_first_answers_created_at", "first_answers", listed)
    op.create_index("ix_first_answers_waiting", "first_answers", ["answered_at", "solved_at", "created_at"])
