"""following of links; tracked_issues, issue_notes, progress, projects, announcements"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("links", sa.Column("following", sa.String(8), nullable=False, server_default="active"))
    op.add_column("links", sa.Column("told", sa.JSON, nullable=False, server_default="{}"))
    op.add_column("links", sa.Column("channel", sa.String(32), nullable=False, server_default=""))
    op.create_table(
        "tracked_issues",
        sa.Column("project_id", sa.BigInteger, primary_key=True),
        sa.Column("iid", sa.BigInteger, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("labels", sa.JSON, nullable=False),
        sa.Column("confidential", sa.Boolean, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("updated_at", sa.String(40), nullable=False),
        sa.Column("closed_at", sa.String(40)),
        sa.Column("vector", sa.LargeBinary),
        sa.Column("vector_of", sa.String(64), nullable=False, server_default=""),
        sa.Column("seen_at", sa.String(40), nullable=False, index=True),
    )
    op.create_table(
        "issue_notes",
        sa.Column("project_id", sa.BigInteger, primary_key=True),
        sa.Column("iid", sa.BigInteger, primary_key=True),
        sa.Column("note_id", sa.BigInteger),
        sa.Column("said", sa.Text, nullable=False),
    )
    op.create_table(
        "progress",
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_table(
        "projects",
        sa.Column("path", sa.String(255), primary_key=True),
        sa.Column("project_id", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "announcements",
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("link", sa.Text, nullable=False, server_default=""),
        sa.Column("at", sa.String(40), nullable=False, index=True),
    )
    op.create_index("ix_decisions_archetype_decided_at", "decisions", ["archetype", "decided_at"])
