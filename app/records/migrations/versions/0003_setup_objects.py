"""What `pointsman setup` wrote last."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "setup_objects",
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("remote_id", sa.String(64), nullable=False),
        sa.Column("last_applied", sa.JSON, nullable=False),
        sa.Column("applied_at", sa.String(40), nullable=False),
    )
