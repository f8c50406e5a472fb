"""What the desk shows: calls to other services, each choice of a person, who did what, and what shadows would do."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    _corrections()
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("ticket_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("at", sa.String(40), nullable=False, index=True),
        sa.Column("service", sa.String(32), nullable=False),
        sa.Column("what", sa.String(255), nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("ms", sa.Integer, nullable=False),
    )
    op.create_table(
        "shadow_hits",
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("route", sa.String(128), primary_key=True),
        sa.Column("ticket_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("archetype", sa.String(64), nullable=False),
        sa.Column("at", sa.String(40), nullable=False, index=True),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(40), nullable=False, index=True),
        sa.Column("session", sa.String(64), nullable=False, server_default=""),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("about", sa.String(255), nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
    )


def _corrections() -> None:
    """Made anew: SQLite cannot drop the constraint that a ticket has one."""
    op.rename_table("corrections", "corrections_before")
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("ticket_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("archetype", sa.String(64), nullable=False),
        sa.Column("was", sa.String(64)),
        sa.Column("was_decided_by", sa.String(128), nullable=False),
        sa.Column("ticket", sa.JSON, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("by", sa.String(128), nullable=False, server_default=""),
    )
    columns = "ticket_id, archetype, was, was_decided_by, ticket, at"
    op.execute(f"insert into corrections ({columns}) select {columns} from corrections_before order by id")
    op.drop_table("corrections_before")
