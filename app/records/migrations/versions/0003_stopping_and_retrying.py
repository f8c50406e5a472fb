"""failures.because; attempts, pauses, held, ticket_writes"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("failures", sa.Column("because", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run", sa.String(255), nullable=False),
        sa.Column("life", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("at", sa.String(40), nullable=False, index=True),
        sa.UniqueConstraint("run", "life", "number", name="uq_attempts_run_life_number"),
    )
    op.create_table(
        "pauses",
        sa.Column("what", sa.String(16), primary_key=True),
        sa.Column("since", sa.String(40), nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "held",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("key", sa.String(255), nullable=False, unique=True),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_table(
        "ticket_writes",
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("ticket_id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.String(40), nullable=False, index=True),
    )
    op.create_index("ix_ticket_writes_ticket_at", "ticket_writes", ["ticket_id", "at"])
