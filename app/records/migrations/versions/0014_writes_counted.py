"""A ticket's decisions say how often it was written to: the table that said so before goes."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.drop_table("ticket_writes")
