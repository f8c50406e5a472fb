"""The links of an issue in their order: 100,000 of them are read in batches."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_index("ix_links_of_issue", "links", ["project_id", "iid", "id"])
    op.drop_index("ix_links_issue", "links")
