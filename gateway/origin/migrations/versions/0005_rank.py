"""Titles in the order in which search shows those that meet a term equally well."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite puts nulls there by itself, and knows no word for it.
    nulls = "NULLS LAST" if op.get_context().dialect.name == "postgresql" else ""
    op.execute(f"CREATE INDEX ix_title_rank ON title (average_rating DESC {nulls}, name, id, kind)")


def downgrade() -> None:
    op.drop_index("ix_title_rank", "title")
