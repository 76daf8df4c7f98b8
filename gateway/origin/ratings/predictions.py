"""Predicted ratings: for any subscribers and titles, in a fixed number of statements."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.ratings import evidence
from gateway.origin.ratings.evidence import Neighbours
from gateway.origin.ratings.formula import Manner, baseline, estimate

Predictions = Mapping[str, Mapping[int, float]]
"""By subscriber, then by title."""


async def predict(
    session: AsyncSession, wanted: Mapping[str, Collection[int]], near: Neighbours | None = None
) -> Predictions:
    """Return what each subscriber may come to think of each title that is wanted for them.

    A part is rated as its whole: an episode, a season or a disc as its series or film. *near* is who is
    like those subscribers, for whoever knows already.
    """
    near = near or await evidence.neighbours(session, wanted)
    wholes = await evidence.wholes(session, set(chain.from_iterable(wanted.values())))
    expected = await _Expectations.read(session, set(wholes.values()), near)
    manners = await evidence.manners(session, wanted)
    return {
        who: {
            title: expected.of(manners[who], near.weights[who], wholes[title])
            for title in titles
            if title in wholes
        }
        for who, titles in wanted.items()
    }


class _Expectations:
    """What is known of some titles."""

    def __init__(self, titles: Mapping[int, "_Known"], near: Neighbours) -> None:
        self._titles = titles
        self._near = near

    @classmethod
    async def read(cls, session: AsyncSession, titles: Collection[int], near: Neighbours) -> "_Expectations":
        works = await evidence.works(session, titles)
        unknown = [work for work in works.values() if work.average is None]
        genres = {genre for work in unknown for genre in work.genres}
        averages = await evidence.genre_averages(session, genres)
        given = await evidence.given(session, near.offsets, titles) if near.offsets else {}
        known = {
            title: (baseline(work, averages), work.genres, given.get(title, {}))
            for title, work in works.items()
        }
        return cls(known, near)

    def of(self, manner: Manner, weights: Mapping[str, float], title: int) -> float:
        """Return what someone of this *manner*, with these neighbours, may think of *title*."""
        base, genres, given = self._titles[title]
        others = self._others(weights, base, given)
        return estimate(base, manner.liking(genres), manner.offset, others)

    def _others(
        self, weights: Mapping[str, float], base: float, given: Mapping[str, int]
    ) -> Iterator[tuple[float, float]]:
        # Always in the order of the weights: floats add up to the same whoever else is asked for.
        for whom, weight in weights.items() if given else ():
            if whom in given:
                yield weight, given[whom] - base - self._near.offsets[whom]


_Known = tuple[float, Sequence[int], Mapping[str, int]]
