"""The full-text index of SQLite: FTS5, in a table beside each table."""

from sqlalchemy import Select, column, literal, select, table

from gateway.origin.search.words import Match, Words


def found(wanted: Words) -> Select[int]:
    """Select the ids of the rows in which *wanted* is found."""
    name = f"{wanted.column.class_.__tablename__}_search"
    index = table(name, column("rowid"))
    query = literal(f"{wanted.column.key} : ({_expression(wanted)})")
    return select(index.c.rowid.label("id")).where(column(name, is_literal=True).op("MATCH")(query))


def _expression(wanted: Words) -> str:
    """Write *wanted* in the index's query language."""
    operator = " OR " if wanted.match is Match.ANY else " AND "
    written = operator.join(f'"{word}"' for word in wanted.words)
    return f"{written} *" if wanted.match is Match.BEGUN else written
