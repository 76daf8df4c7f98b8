"""The catalog, the consumers, and the full-text index of SQLite."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_KIND = sa.Enum("movie", "series", "season", "program", "disc", name="kind", native_enum=False, length=16)
_ROLE = sa.Enum("cast", "director", name="role", native_enum=False, length=16)
_SYSTEM = sa.Enum("mpaa", "tv", "ca", name="ratingsystem", native_enum=False, length=16)

_INDEXED = {"title": ("search_name", "search_synopsis"), "person": ("search_name",)}
"""What the full-text index covers."""


def upgrade() -> None:
    _create_consumer()
    _create_genre()
    _create_person()
    _create_title()
    _create_credit()
    _create_title_genre()
    _create_maturity_rating()
    _create_award()
    _create_availability()
    _create_screen_format()
    _create_language_audio()
    if op.get_context().dialect.name == "sqlite":
        for table, columns in _INDEXED.items():
            _create_fulltext(table, columns)


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        for table in _INDEXED:
            op.execute(f"DROP TABLE {table}_search")
    for table in (
        "language_audio",
        "screen_format",
        "availability",
        "award",
        "maturity_rating",
        "title_genre",
        "credit",
        "title",
        "person",
        "genre",
        "consumer",
    ):
        op.drop_table(table)


def _title_id() -> sa.Column[int]:
    return sa.Column("title_id", sa.Integer(), sa.ForeignKey("title.id"), nullable=False)


def _create_consumer() -> None:
    op.create_table(
        "consumer",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("name"),
    )


def _create_genre() -> None:
    op.create_table(
        "genre",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("label"),
    )


def _create_person() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("search_name", sa.String(), nullable=False),
        sa.Column("bio", sa.String()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_person_name", "person", ["name"])
    op.create_index("ix_person_search_name", "person", ["search_name"])


def _create_title() -> None:
    op.create_table(
        "title",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", _KIND, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("short_name", sa.String()),
        sa.Column("search_name", sa.String(), nullable=False),
        sa.Column("release_year", sa.Integer()),
        sa.Column("runtime", sa.Integer()),
        sa.Column("average_rating", sa.Double()),
        sa.Column("maturity_level", sa.Integer()),
        sa.Column("synopsis", sa.String()),
        sa.Column("search_synopsis", sa.String()),
        sa.Column("short_synopsis", sa.String()),
        sa.Column("official_url", sa.String()),
        sa.Column("parent_id", sa.Integer(), sa.ForeignKey("title.id")),
        sa.Column("series_id", sa.Integer(), sa.ForeignKey("title.id")),
        sa.Column("number", sa.Integer()),
        sa.Column("is_bonus", sa.Boolean(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_title_identity", "title", ["kind", "name", "release_year"])
    op.create_index("ix_title_parent", "title", ["parent_id", "kind", "number"])
    op.create_index("ix_title_series", "title", ["series_id", "kind"])
    op.create_index("ix_title_search_name", "title", ["search_name"])


def _create_credit() -> None:
    op.create_table(
        "credit",
        _title_id(),
        sa.Column("role", _ROLE, nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("title_id", "role", "person_id"),
    )
    op.create_index("ix_credit_person", "credit", ["person_id", "title_id"])


def _create_title_genre() -> None:
    op.create_table(
        "title_genre",
        _title_id(),
        sa.Column("genre_id", sa.Integer(), sa.ForeignKey("genre.id"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("title_id", "genre_id"),
    )
    op.create_index("ix_title_genre_genre", "title_genre", ["genre_id", "title_id"])


def _create_maturity_rating() -> None:
    op.create_table(
        "maturity_rating",
        _title_id(),
        sa.Column("system", _SYSTEM, nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("title_id", "system"),
    )


def _create_award() -> None:
    op.create_table(
        "award",
        sa.Column("id", sa.Integer(), nullable=False),
        _title_id(),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("year", sa.Integer()),
        sa.Column("is_won", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_award_title", "award", ["title_id", "position"])


def _create_availability() -> None:
    op.create_table(
        "availability",
        _title_id(),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("available_from", sa.BigInteger()),
        sa.Column("available_until", sa.BigInteger()),
        sa.Column("quality", sa.String()),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("available_until IS NULL OR available_until >= available_from"),
        sa.PrimaryKeyConstraint("title_id", "format"),
    )


def _create_screen_format() -> None:
    op.create_table(
        "screen_format",
        _title_id(),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("title_id", "position"),
    )


def _create_language_audio() -> None:
    op.create_table(
        "language_audio",
        _title_id(),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("audio", sa.String()),
        sa.PrimaryKeyConstraint("title_id", "position"),
    )


def _create_fulltext(table: str, columns: tuple[str, ...]) -> None:
    """Index *columns* of *table*; triggers keep the index in step, whoever writes the rows."""
    names = ", ".join(columns)
    new = ", ".join(f"new.{name}" for name in columns)
    old = ", ".join(f"old.{name}" for name in columns)
    index = f"{table}_search"
    insert = f"INSERT INTO {index} (rowid, {names}) VALUES (new.id, {new});"  # noqa: S608
    # An index without a copy of the text must be told what it forgets.
    delete = f"INSERT INTO {index} ({index}, rowid, {names}) VALUES ('delete', old.id, {old});"  # noqa: S608
    op.execute(
        f"CREATE VIRTUAL TABLE {index} USING fts5"
        f" ({names}, content='{table}', content_rowid='id', tokenize='unicode61 remove_diacritics 2')"
    )
    op.execute(f"CREATE TRIGGER {index}_insert AFTER INSERT ON {table} BEGIN {insert} END")
    op.execute(f"CREATE TRIGGER {index}_delete AFTER DELETE ON {table} BEGIN {delete} END")
    op.execute(
        f"CREATE TRIGGER {index}_update AFTER UPDATE OF id, {names} ON {table} BEGIN {delete} {insert} END"
    )
