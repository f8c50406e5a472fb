"""budgets, circuits, waiting_updates"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("remaining", sa.Integer, nullable=False),
        sa.Column("ends", sa.Double, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("learned", sa.Boolean, nullable=False),
        sa.Column("line", sa.Double, nullable=False),
    )
    op.create_table(
        "circuits",
        sa.Column("service", sa.String(32), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("opened", sa.Double, nullable=False),
        sa.Column("probes", sa.Integer, nullable=False),
        sa.Column("line", sa.Double, nullable=False),
    )
