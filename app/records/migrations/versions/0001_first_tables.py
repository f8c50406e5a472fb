"""The first tables.

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
        sa.Column("decided_at", sa.String(40), nullable=False, index=True),
        sa.Column("finished_at", sa.String(40)),
        sa.Column("update_state", sa.String(16), nullable=False, server_default="not_sent"),
        sa.Index("ix_decisions_archetype_decided_at", "archetype", "decided_at"),
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
        sa.Column("following", sa.String(8), nullable=False, server_default="active"),
        sa.Column("notified", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("channel", sa.String(32), nullable=False, server_default=""),
        sa.Column("claim_text", sa.Text, nullable=False, server_default=""),
        sa.UniqueConstraint("ticket_id", "intent", name="uq_links_ticket_intent"),
        sa.Index("ix_links_issue", "project_id", "iid"),
    )
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
        sa.Column("because", sa.Text, nullable=False, server_default=""),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run", sa.String(255), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("at", sa.String(40), nullable=False, index=True),
        sa.UniqueConstraint("run", "generation", "number", name="uq_attempts_run_generation_number"),
    )
    op.create_table(
        "pauses",
        sa.Column("what", sa.String(16), primary_key=True),
        sa.Column("since", sa.String(40), nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "suspended_work",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("key", sa.String(255), nullable=False, unique=True),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_table(
        "ticket_writes",
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("ticket_id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.String(40), nullable=False, index=True),
        sa.Index("ix_ticket_writes_ticket_at", "ticket_id", "at"),
    )
    op.create_table(
        "capped_actions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("archetype", sa.String(64), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.UniqueConstraint("run_id", "kind", name="uq_capped_actions_run_kind"),
        sa.Index("ix_capped_actions_kind_at", "kind", "archetype", "at"),
    )
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
        sa.Column("milestone", sa.Text, nullable=False, server_default=""),
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
        "outbox",
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
