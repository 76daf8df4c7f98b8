"""The full-text index of PostgreSQL: GIN, over the words of a column."""

from typing import Final

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from gateway.origin.models import Title
from gateway.origin.search.words import Conditions, Match, Term, Value, Words, begins

_TILL_THE_END: Final = True
"""Of the transaction."""


def found(wanted: Words) -> Select[int]:
    """Select the ids of the rows in which *wanted* is found."""
    return select(wanted.column.class_.id.label("id")).where(is_met(wanted))


def is_met(wanted: Words) -> ColumnElement[bool]:
    """Tell whether *wanted* is found in a row."""
    query = cast(literal(_expression(wanted), String), TSQUERY)
    met: ColumnElement[bool] = func.search_words(wanted.column).op("@@", is_comparison=True)(query)
    return met


def at_hand(column: InstrumentedAttribute[Value]) -> ColumnElement[Value]:
    """Return *column* as it is: PostgreSQL knows how rare things are, once a catalog has been analyzed."""
    return column.expression


async def count_titles(session: AsyncSession, term: Term, where: Conditions) -> int | None:
    """Count the titles that *term* finds in one go through those that the indexes name."""
    # Indexes tell what is found without a look at the words. To take all words apart takes ten times as
    # long, which the planner does not know: so it must begin neither with the table nor with the kinds.
    await session.execute(select(func.set_config("enable_seqscan", "off", _TILL_THE_END)))
    kind = func.concat(Title.kind, type_=Title.kind.type)
    met = [begins(Title.search_name, term.folded)]
    if term.words:
        met.append(is_met(Words(Title.search_name, term.words, Match.ANY)))
        met.append(is_met(Words(Title.search_synopsis, term.words, Match.ALL)))
    return (
        await session.scalar(select(func.count()).where(or_(*met), kind.in_(where.kinds), *where.others)) or 0
    )


def _expression(wanted: Words) -> str:
    """Write *wanted* in the index's query language."""
    operator = " | " if wanted.match is Match.ANY else " & "
    written = operator.join(f"'{word}'" for word in wanted.words)
    return f"{written}:*" if wanted.match is Match.BEGUN else written
