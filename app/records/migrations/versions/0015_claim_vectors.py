"""What a claim is about, as a vector too."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("links", sa.Column("claim_vector", sa.Text, nullable=False, server_default=""))
