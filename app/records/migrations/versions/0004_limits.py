"""rate_limits, circuits, waiting_updates"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "rate_limits",
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("remaining", sa.Integer, nullable=False),
        sa.Column("ends", sa.Double, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("learned", sa.Boolean, nullable=False),
        sa.Column("put_off", sa.Integer, nullable=False),
    )
    op.create_table(
        "circuits",
        sa.Column("service", sa.String(32), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("opened", sa.Double, nullable=False),
        sa.Column("probes", sa.Integer, nullable=False),
        sa.Column("next_return", sa.Double, nullable=False),
    )
    op.create_table(
        "waiting_updates",
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("ticket_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("work_key", sa.String(255), nullable=False),
        sa.Column("accepted_at", sa.String(40), nullable=False),
        sa.Column("bulk", sa.Boolean, nullable=False),
        sa.Column("change", sa.JSON, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("batch", sa.String(255), nullable=False, index=True),
        sa.Column("until", sa.Double, nullable=False),
    )
