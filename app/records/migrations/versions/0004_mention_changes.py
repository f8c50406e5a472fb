"""What becomes of a mention after it was seen: edits, deletions, reposts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for column in (
        sa.Column("carrier", sa.String(64), nullable=False, server_default=""),
        sa.Column("wordings", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("repost_digest", sa.String(32), nullable=False, server_default=""),
        sa.Column("newer", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("news", sa.String(64), nullable=False, server_default=""),
        sa.Column("checks", sa.Integer, nullable=False, server_default="0"),
    ):
        op.add_column("mentions", column)
    op.create_index("ix_mentions_repost_digest", "mentions", ["repost_digest"])
    op.create_index("ix_mentions_carrier_seen_at", "mentions", ["carrier", "seen_at"])
