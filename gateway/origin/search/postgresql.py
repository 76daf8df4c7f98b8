"""The full-text index of PostgreSQL: GIN, over the words of a column."""

from sqlalchemy import Select, String, cast, func, literal, select
from sqlalchemy.dialects.postgresql import TSQUERY

from gateway.origin.search.words import Match, Words


def found(wanted: Words) -> Select[int]:
    """Select the ids of the rows in which *wanted* is found."""
    query = cast(literal(_expression(wanted), String), TSQUERY)
    words = func.search_words(wanted.column)
    return select(wanted.column.class_.id.label("id")).where(words.op("@@")(query))


def _expression(wanted: Words) -> str:
    """Write *wanted* in the index's query language."""
    operator = " | " if wanted.match is Match.ANY else " & "
    written = operator.join(f"'{word}'" for word in wanted.words)
    return f"{written}:*" if wanted.match is Match.BEGUN else written
