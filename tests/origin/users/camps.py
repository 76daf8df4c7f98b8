"""Raters whose tastes are known, to see whether predictions find them out."""

from collections.abc import Sequence

from gateway.origin.database import Database
from gateway.origin.models import Base

from .household import ANN, BEN, numbered, put, rating, subscriber


async def fill(database: Database, rows: Sequence[Base]) -> None:
    """Add *rows*."""
    async with database.write() as session:
        await put(session, rows)


async def add_camps(database: Database) -> None:
    """Add thirty raters of sixty films: one half love the odd ones, the other half the even ones.

    Of two more, who have rated the first forty, one belongs to each half.
    """
    rows: list[Base] = [*numbered(60), *(subscriber(f"T1camp{n}-") for n in range(30))]
    for n in range(30):
        rows += [rating(f"T1camp{n}-", 1000 + film, 5 if film % 2 != n % 2 else 1) for film in range(1, 61)]
    for who, loved in ((ANN, 1), (BEN, 0)):
        rows += [rating(who, 1000 + film, 5 if film % 2 == loved else 1) for film in range(1, 41)]
    await fill(database, rows)
