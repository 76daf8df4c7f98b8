"""The languages of subtitles, by format."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subtitle_language",
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"]),
        sa.PrimaryKeyConstraint("title_id", "format", "language"),
    )


def downgrade() -> None:
    op.drop_table("subtitle_language")
