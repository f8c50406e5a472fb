"""decisions by their time: for what is counted of the last hours, and for what is too old"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("ix_decisions_decided_at", "decisions", ["decided_at"])
