"""Texts that are searched beside the issues: sections of the documentation, and answered tickets.

What was answered is kept with the decision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "searched_texts",
        sa.Column("collection", sa.String(64), primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False, server_default=""),
        sa.Column("updated_at", sa.String(40), nullable=False, index=True),
        sa.Column("vector", sa.LargeBinary),
        sa.Column("vector_of", sa.String(64), nullable=False, server_default=""),
        sa.Column("seen_at", sa.String(40), nullable=False, index=True),
    )
    op.add_column("decisions", sa.Column("answer", sa.Text, nullable=False, server_default=""))
