"""Mentions, the addresses that they are known by, and how far each feed was read."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "mentions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("native_id", sa.String(200), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
        sa.Column("ticket_id", sa.BigInteger, index=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("thread", sa.String(512), nullable=False, server_default="", index=True),
        sa.Column("mention", sa.JSON, nullable=False),
        sa.Column("seen_at", sa.String(40), nullable=False, index=True),
        sa.Column("edited_at", sa.String(40)),
        sa.UniqueConstraint("source", "native_id", name="uq_mentions_source_native_id"),
    )
    op.create_table(
        "feeds",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("position", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
        sa.Column("blocked_looks", sa.Integer, nullable=False, server_default="0"),
        sa.Column("first_look_at", sa.String(40), nullable=False),
        sa.Column("next_look_at", sa.String(40), nullable=False),
        sa.Column("read_at", sa.String(40)),
        sa.Column("items_at", sa.String(40)),
    )
    op.create_table(
        "mention_addresses",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("mention_id", sa.Integer, nullable=False, index=True),
    )
