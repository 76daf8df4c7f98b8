"""Long lists of ids in parts that a statement can bind. Pure."""

from collections.abc import Collection, Iterator, Sequence

CHUNK = 5_000
"""Ids a statement; SQLite binds 32,766 values at most, and some queries bind the list twice."""


def chunks(ids: Collection[int], *, size: int = CHUNK) -> Iterator[Sequence[int]]:
    """Yield *ids*, each once and in order, in parts of at most *size*."""
    distinct = list(dict.fromkeys(ids))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]
