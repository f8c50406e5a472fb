"""Where short links lead."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "short_links",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False, server_default=""),
        sa.Column("why_not", sa.Text, nullable=False, server_default=""),
        sa.Column("found_at", sa.String(40), nullable=False, index=True),
    )
