"""decisions, links, failures, performed, corrections, config_versions

Written out, not derived from `tables`: what a revision did must not change with the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String(64), nullable=False, unique=True),
        sa.Column("ticket_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("archetype", sa.String(64)),
        sa.Column("confidence", sa.String(8)),
        sa.Column("decided_by", sa.String(128), nullable=False),
        sa.Column("mode", sa.String(8), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("actions", sa.JSON, nullable=False),
        sa.Column("trace", sa.JSON, nullable=False),
        sa.Column("config_hash", sa.String(64), nullable=False),
        sa.Column("ticket", sa.JSON, nullable=False),
        sa.Column("thread", sa.String(512), nullable=False, index=True),
        sa.Column("ticket_updated_at", sa.String(40), nullable=False),
        sa.Column("decided_at", sa.String(40), nullable=False),
        sa.Column("finished_at", sa.String(40)),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("ticket_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("intent", sa.String(32), nullable=False),
        sa.Column("project_id", sa.BigInteger, nullable=False),
        sa.Column("project", sa.String(255), nullable=False),
        sa.Column("iid", sa.BigInteger),
        sa.Column("url", sa.Text, nullable=False, server_default=""),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("marker", sa.String(64), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("updated_at", sa.String(40), nullable=False),
        sa.UniqueConstraint("ticket_id", "intent", name="uq_links_ticket_intent"),
    )
    op.create_index("ix_links_issue", "links", ["project_id", "iid"])
    op.create_table(
        "failures",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(255), nullable=False, unique=True),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("ticket_id", sa.BigInteger, index=True),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("payload", sa.JSON),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("failed_at", sa.String(40), nullable=False, index=True),
    )
    op.create_table(
        "performed",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("archetype", sa.String(64), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.UniqueConstraint("run_id", "kind", name="uq_performed_run_kind"),
    )
    op.create_index("ix_performed_kind_at", "performed", ["kind", "archetype", "at"])
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("ticket_id", sa.BigInteger, nullable=False, unique=True),
        sa.Column("archetype", sa.String(64), nullable=False),
        sa.Column("was", sa.String(64)),
        sa.Column("was_decided_by", sa.String(128), nullable=False),
        sa.Column("ticket", sa.JSON, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_table(
        "config_versions",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("routing", sa.Text, nullable=False),
        sa.Column("macros", sa.Text, nullable=False),
        sa.Column("first_used_at", sa.String(40), nullable=False),
    )
