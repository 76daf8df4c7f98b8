"""The full-text index of SQLite: FTS5, in a table beside each table."""

from typing import Final

from sqlalchemy import ColumnElement, Select, UnaryExpression, column, func, literal, select, table
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.operators import custom_op

from gateway.origin.models import Kind, Title
from gateway.origin.search.words import LAST_CHARACTER, Conditions, Match, Term, Value, Words

_BLANK_NEXT: Final = "!"
"""The character after the blank: what begins so begins with a longer word."""


def found(wanted: Words) -> Select[int]:
    """Select the ids of the rows in which *wanted* is found."""
    return _select(wanted.column.class_.__tablename__, _expression(wanted))


def is_met(wanted: Words) -> ColumnElement[bool]:
    """Tell whether *wanted* is found in a row."""
    return at_hand(wanted.column.class_.id).in_(found(wanted))


def at_hand(column: InstrumentedAttribute[Value]) -> ColumnElement[Value]:
    """Return *column* with a plus, for SQLite takes every condition for a rare one."""
    return UnaryExpression(column.expression, operator=custom_op("+"), type_=column.type)


async def count_titles(session: AsyncSession, term: Term, where: Conditions) -> int | None:
    """Count the titles that *term* finds by the index alone, which need not read them; None if it cannot."""
    if where.others or not term.is_indexed:
        return None
    names = _expression(Words(Title.search_name, term.words, Match.ANY))
    synopses = _expression(Words(Title.search_synopsis, term.words, Match.ALL))
    every = _select(Title.__tablename__, f"({names}) OR ({synopses})")
    matched = await session.scalar(select(func.count()).select_from(every.subquery()))
    kinds = [kind for kind in Kind if kind not in where.kinds]
    others = Title.kind.in_(kinds), at_hand(Title.id).in_(every)
    of_other_kinds = await session.scalar(select(func.count()).where(*others))
    return (matched or 0) + await _begun(session, term, every, where) - (of_other_kinds or 0)


async def _begun(session: AsyncSession, term: Term, every: Select[int], where: Conditions) -> int:
    """Count what begins with the term and does not hold its first word."""
    if len(term.words) > 1:
        return 0
    longer = (
        Title.search_name > term.folded + _BLANK_NEXT,
        Title.search_name < term.folded + LAST_CHARACTER,
        at_hand(Title.kind).in_(where.kinds),
        Title.id.not_in(every),
    )
    return await session.scalar(select(func.count()).where(*longer)) or 0


def _select(name: str, expression: str) -> Select[int]:
    index = table(f"{name}_search", column("rowid"))
    matches = column(index.name, is_literal=True).op("MATCH")(literal(expression))
    return select(index.c.rowid.label("id")).where(matches)


def _expression(wanted: Words) -> str:
    """Write *wanted* in the index's query language."""
    operator = " OR " if wanted.match is Match.ANY else " AND "
    written = operator.join(f'"{word}"' for word in wanted.words)
    begun = " *" if wanted.match is Match.BEGUN else ""
    return f"{wanted.column.key} : ({written}{begun})"
