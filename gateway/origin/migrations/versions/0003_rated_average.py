"""What the subscribers' own ratings come to, beside what the catalog says."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("title", sa.Column("rated_average", sa.Double(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("title") as title:
        title.drop_column("rated_average")
