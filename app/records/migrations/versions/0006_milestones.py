"""the milestone of issues: a ticket that is linked to one knows it"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("tracked_issues", sa.Column("milestone", sa.Text, nullable=False, server_default=""))
