"""What demo subscribers have rented and queued, by the rules that hold for everybody."""

import random
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import QueueKind, Rental, RentalState
from gateway.origin.errors import Refusal
from gateway.origin.queues.candidates import Candidate
from gateway.origin.queues.lineup import Lineup
from gateway.origin.queues.offers import DISC_FORMATS, INSTANT, Phase
from gateway.origin.queues.rules import Standing, Wish, add, choose, formats_of
from gateway.origin.queues.storage import QueueKey, load, store
from gateway.origin.queues.titles import candidates, members

_DAY: Final = 86_400
_HOUR: Final = 3_600

AT_HOME: Final = 2
RETURNED: Final = 12
WATCHED: Final = 10
QUEUED: Final = 24


class Shelves:
    """Fills the queues and the history of one subscriber."""

    def __init__(
        self, session: AsyncSession, subscriber: str, formats: Sequence[str], dice: random.Random, now: int
    ) -> None:
        self._session = session
        self._subscriber = subscriber
        self._formats = formats
        self._dice = dice
        self._now = now

    async def fill(self, titles: Sequence[int]) -> None:
        """Rent and queue some of *titles*, in an order of the subscriber's own."""
        shuffled = self._dice.sample(list(titles), len(titles))
        found = list((await candidates(self._session, shuffled)).values())
        instant = [[title] for title in found if self._is_playable(title)]
        if INSTANT in self._formats:
            self._session.add_all(self._watched([part[0] for part in instant[:WATCHED]]))
            await self._queue(QueueKind.INSTANT, instant[WATCHED // 2 :])
        if set(self._formats) & set(DISC_FORMATS):
            sets = await members(self._session, found)
            discs = [sets[title.id] for title in found if sets[title.id]]
            rented = list(chain.from_iterable(discs))[: AT_HOME + RETURNED]
            self._session.add_all(self._sent(rented))
            gone = {title.id for title in rented}
            await self._queue(QueueKind.DISC, [part for part in discs if not gone & {t.id for t in part}])
        await self._session.flush()

    def _is_playable(self, title: Candidate) -> bool:
        offer = title.offers.get(INSTANT)
        return offer is not None and offer.phase(self._now) is Phase.NOW

    def _standing(self, kind: QueueKind, now: int) -> Standing:
        return Standing(formats=formats_of(kind, self._formats, is_instant=True), now=now)

    async def _queue(self, kind: QueueKind, sets: Sequence[Sequence[Candidate]]) -> None:
        """Add sets, or single titles, until the queue is long enough."""
        key = QueueKey(self._subscriber, kind)
        empty = lineup = (await load(self._session, [key]))[key]
        for age, parts in enumerate(sets):
            if len(lineup) >= QUEUED:
                break
            lineup = self._added(lineup, parts, self._standing(kind, self._now - (QUEUED - age) * _DAY))
        await store(self._session, key, old=empty, new=lineup)

    def _added(self, lineup: Lineup, parts: Sequence[Candidate], standing: Standing) -> Lineup:
        try:
            return add(lineup, parts, Wish(), standing).lineup
        except Refusal:
            return lineup

    def _watched(self, titles: Sequence[Candidate]) -> Iterator[Rental]:
        for place, title in enumerate(titles):
            moment = self._now - place * 9 * _DAY - self._dice.randrange(_HOUR, _DAY)
            seen = round((title.runtime or _HOUR) * self._dice.choice((0.3, 0.8, 1.0)))
            yield Rental(
                subscriber_id=self._subscriber,
                title_id=title.id,
                state=RentalState.WATCHED,
                format=INSTANT,
                watched=moment,
                viewed_seconds=seen,
                updated=moment,
            )

    def _sent(self, discs: Sequence[Candidate]) -> Iterator[Rental]:
        """Yield discs that were sent, the first ones lately: those are still there."""
        for place, disc in enumerate(discs):
            shipped = self._now - (3 + place * 10) * _DAY - self._dice.randrange(_DAY)
            is_back = place >= AT_HOME
            returned = shipped + self._dice.randrange(4, 9) * _DAY if is_back else None
            name = self._format(disc)
            if name is not None:
                yield Rental(
                    subscriber_id=self._subscriber,
                    title_id=disc.id,
                    state=RentalState.RETURNED if is_back else RentalState.SHIPPED,
                    format=name,
                    shipped=shipped,
                    estimated_arrival=shipped + 2 * _DAY,
                    returned=returned,
                    updated=returned or shipped,
                )

    def _format(self, disc: Candidate) -> str | None:
        try:
            return choose(disc.offers, self._standing(QueueKind.DISC, self._now))[0]
        except Refusal:
            return None
