"""The full-text indexes of both databases take a name apart where ``names.fold`` does, and nowhere else."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INDEXED = {"title": ("search_name", "search_synopsis"), "person": ("search_name",)}
"""What the full-text indexes cover."""


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        # This tokenizer parts at blanks alone, for folded text has no other ASCII but letters and digits.
        # The former one knew Unicode 6.1 and parted what later versions call a letter.
        _create_fulltext("ascii")
    else:
        _create_words()


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        _create_fulltext("unicode61 remove_diacritics 2")
    else:
        for table, columns in _INDEXED.items():
            for column in columns:
                op.drop_index(f"ix_{table}_{column}_words", table)
        op.execute("DROP FUNCTION search_words")


def _create_fulltext(tokenizer: str) -> None:
    """Index anew, within the triggers of revision 0001."""
    for table, columns in _INDEXED.items():
        index = f"{table}_search"
        op.execute(f"DROP TABLE {index}")
        op.execute(
            f"CREATE VIRTUAL TABLE {index} USING fts5"
            f" ({', '.join(columns)}, content='{table}', content_rowid='id', tokenize='{tokenizer}')"
        )
        op.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")  # noqa: S608


def _create_words() -> None:
    """Index the words of folded texts, whoever writes the rows.

    No parser of PostgreSQL's comes near them: it knows numbers, hosts and the letters of the server's
    locale. A word of more than 255 letters is left out, for an entry of an index has an upper limit.
    """
    op.execute(r"""
        CREATE FUNCTION search_words(folded text) RETURNS tsvector
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN array_to_tsvector(
            array_remove(string_to_array(regexp_replace(folded, '[^ ]{255}[^ ]+', '', 'g'), ' '), '')
        )
    """)
    for table, columns in _INDEXED.items():
        for column in columns:
            name = f"ix_{table}_{column}_words"
            # With fastupdate, searches would go through everything that came since the last vacuum.
            op.execute(
                f"CREATE INDEX {name} ON {table} USING gin (search_words({column})) WITH (fastupdate = off)"
            )
