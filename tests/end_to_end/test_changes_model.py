"""Changes under random faults against a model of the queue: nothing is lost, and nothing is made twice."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.loaders.changes import AddTitle, MoveTitle, QueueChange, RateTitle, RemoveTitle, ReplaceQueue
from gateway.loaders.errors import OutcomeUnknown
from gateway.loaders.outcomes import Changed, Outcome, Rated, Refusal, Refused
from gateway.origin.demo.credentials import DemoCredentials
from gateway.resources import Href
from gateway.subscriber import QueueKind
from gateway.upstream.errors import UpstreamError
from tests.end_to_end.faulty import Fault, nothing
from tests.end_to_end.rig import INSTANT_TITLES, Rig, rig_over, tail

pytestmark = pytest.mark.anyio

ON_WRITES = [fault for fault in Fault if fault not in (Fault.NONE, Fault.STALE)]
ON_READS = [Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.FAILED_BEFORE, Fault.GARBLED, Fault.STALE]
CHECK_EVERY = 4
OPINIONS = ["1", "2", "3", "4", "5", "not_interested", "no_opinion"]


@dataclass
class Model:
    """What the queue and the ratings must be after what came of each change."""

    order: list[Href]
    opinions: dict[Href, str] = field(default_factory=dict)

    def expect(self, change: QueueChange | RateTitle, outcome: Outcome) -> None:
        """Check that *outcome* is that of *change*, and make it."""
        if isinstance(change, RateTitle):
            assert isinstance(outcome, Rated)
            self.opinions[change.title] = change.opinion
        elif isinstance(change, ReplaceQueue):
            assert isinstance(outcome, Changed)
            self.order = list(change.titles)
        elif isinstance(change, AddTitle):
            self._add(change, outcome)
        elif change.title not in self.order:
            assert isinstance(outcome, Refused)
            assert outcome.reason is Refusal.NOT_QUEUED
        else:
            assert isinstance(outcome, Changed)
            self.order.remove(change.title)
            if isinstance(change, MoveTitle):
                self.order.insert(change.position - 1, change.title)

    def _add(self, change: AddTitle, outcome: Outcome) -> None:
        assert isinstance(outcome, Changed)
        if change.title in self.order:
            assert [link.href for link in outcome.already_queued] == [change.title]
            assert not outcome.titles
            return
        assert outcome.titles == (change.title,)
        position = len(self.order) if change.position is None else change.position - 1
        self.order.insert(position, change.title)


class Storm:
    """Makes random changes on a way where something goes wrong now and then."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self._rig = rig
        self._dice = random.Random(seed)  # noqa: S311 - a test that can be repeated
        self.model = Model([])
        self.seen: Counter[str] = Counter()

    async def change(self, number: int) -> None:
        """Make one change, and repeat its id for as long as nobody knows what came of it."""
        change, mutation_id = self._any_change(), f"storm-{number}"
        rate = self._dice.choice([0.0, 0.2, 0.5, 0.9])
        self._rig.way.plan = lambda method, _path: self._fault(method, rate)
        for attempt in range(6):
            if attempt == 5:
                self._rig.way.plan = nothing
            try:
                outcome = await self._rig.make(change, mutation_id)
            except OutcomeUnknown:
                self.seen["unknown"] += 1
            except UpstreamError:
                # Nothing was changed, and nothing will be: the model stays as it is.
                self.seen["failed"] += 1
                return
            else:
                self.model.expect(change, outcome)
                self.seen["unknown and then known" if attempt else "known"] += 1
                return
        raise AssertionError("An outcome was never found out.")

    async def check(self) -> None:
        """Compare what the origin has with the model."""
        assert await self._rig.order() == list(map(tail, self.model.order))

    async def check_ratings(self) -> None:
        """Compare the ratings."""
        for title, opinion in self.model.opinions.items():
            rating = await self._rig.rating(title)
            given = "not_interested" if rating.is_not_interested else str(rating.user or "no_opinion")
            assert given == opinion

    def _fault(self, method: str, rate: float) -> Fault:
        if method != "GET":
            return self._dice.choice(ON_WRITES) if self._dice.random() < rate else Fault.NONE
        # A read that fails before anything is sent ends the change: too many of them would test nothing.
        return self._dice.choice(ON_READS) if self._dice.random() < rate / 3 else Fault.NONE

    def _any_change(self) -> QueueChange | RateTitle:
        dice, kind = self._dice, QueueKind.INSTANT
        title, order = dice.choice(INSTANT_TITLES), self.model.order
        match dice.randrange(10):
            case 0:
                return ReplaceQueue(titles=tuple(dice.sample(INSTANT_TITLES, dice.randint(0, 5))))
            case 1 | 2:
                return RemoveTitle(kind=kind, title=title)
            case 3 | 4:
                return MoveTitle(kind=kind, title=title, position=dice.randint(1, max(1, len(order))))
            case 5:
                return RateTitle(title=title, opinion=dice.choice(OPINIONS))
            case _:
                position = dice.choice([None, dice.randint(1, len(order) + 1)])
                return AddTitle(kind=kind, title=title, position=position)


@pytest.fixture
async def rig(changing: tuple[str, DemoCredentials], tmp_path: Path) -> AsyncIterator[Rig]:
    """Return a subscriber with an empty instant queue."""
    async with rig_over(*changing, tmp_path / "ledger.sqlite3") as made:
        await made.set_queue([])
        yield made


async def weather(rig: Rig, changes: int, seed: int) -> Storm:
    """Make *changes* changes; see that nothing is lost and nothing doubled, and that much went wrong."""
    storm = Storm(rig, seed)
    for number in range(changes):
        await storm.change(number)
        await rig.way.deliver()
        if number % CHECK_EVERY == 0:
            await storm.check()
    await storm.check()
    await storm.check_ratings()
    assert {fault for fault in Fault if not rig.way.counts[fault]} == set()
    assert storm.seen["unknown and then known"] > 0
    return storm


async def test_nothing_is_lost_or_doubled_under_faults(rig: Rig) -> None:
    """Three hundred changes, each with its share of lost, garbled, late and stale messages."""
    storm = await weather(rig, 300, seed=8)

    assert storm.seen["known"] + storm.seen["unknown and then known"] > 210


@pytest.mark.verify
@pytest.mark.parametrize("seed", range(20))
async def test_nothing_is_lost_or_doubled_for_long(seed: int, rig: Rig) -> None:
    """A thousand each, in other orders."""
    await weather(rig, 1_000, seed=100 + seed)
