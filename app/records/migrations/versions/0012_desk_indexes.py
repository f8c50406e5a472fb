"""What the desk counts and looks up: decisions by archetype and route, the audit of a thing, tickets of `#7`."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    columns = ["archetype", "decided_by", "decided_at", "event", "corrected_to"]
    op.create_index("ix_decisions_counted", "decisions", columns)
    op.drop_index("ix_decisions_archetype_decided_at", "decisions")
    op.create_index("ix_audit_about", "audit", ["about", "id"])
    op.create_index("ix_links_iid", "links", ["iid", "ticket_id"])
