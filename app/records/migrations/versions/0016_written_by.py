"""Which process wrote an issue into our copy of a tracker, and so has it in memory."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("tracked_issues", sa.Column("written_by", sa.String(32), nullable=False, server_default=""))
