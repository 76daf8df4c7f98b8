"""A want becomes an awaited resource, once an operation (the only user of aiodataloader)."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Coroutine
from typing import Any, cast
from weakref import WeakMethod

from aiodataloader import DataLoader

from gateway.loaders.levels import Operation
from gateway.loaders.wants import Want, merge
from gateway.loaders.window import Window
from gateway.relations import Relation
from gateway.resources import Content
from gateway.telemetry.trail import Met
from gateway.upstream.errors import DeadlineExceeded
from gateway.upstream.identity import Identity

Fetch = Callable[[list[Want]], Coroutine[Any, Any, list[Content]]]


class ResourceLoader:
    """Loads each want once; made anew for every operation, so nothing of one caller meets another's."""

    def __init__(self, window: Window, operation: Operation) -> None:
        self._window = window
        self._operation = operation
        self._loaded: dict[Want, asyncio.Future[Content]] = {}
        self._loader: DataLoader[Want, Content] = DataLoader(_weakly(self._fetch), cache_map=self._loaded)
        self._followed: Counter[Relation] = Counter()
        """How often each relation was followed."""
        self._found: Counter[Relation] = Counter()
        """To how many resources that led."""
        self._looked: Counter[tuple[Relation, bool]] = Counter()
        """How often a link of each relation was looked for, and was there or not."""
        self._unsent: dict[Want, Want] = {}
        """Each want by itself, with all the parts that were asked for until it is handed on."""

    def load(self, want: Want) -> asyncio.Future[Content]:
        """Return a future of what *want* names, or of the exception that came of it.

        Every caller has a future of its own: whoever is cancelled takes nobody along. What was asked for
        before is not asked for again, for the sake of parts that did not come along: their links are there.
        """
        self._window.keep_open(self._operation, want)
        (self._unsent[want],) = merge([self._unsent.get(want, want), want])
        self._followed[want.relation] += 1
        shared = self._loader.load(want)
        mine = asyncio.shield(shared)
        for future in (shared, mine):
            future.add_done_callback(_mark_retrieved)
        return mine

    def keep_open(self) -> None:
        """Take note that there is more to come of the level that is being put together."""
        self._window.keep_open(self._operation)

    def looked(self, relation: Relation, *, is_there: bool) -> None:
        """Take note that a link of *relation* was looked for."""
        self._looked[relation, is_there] += 1

    def learn_cost(self) -> None:
        """Teach what the operation has cost in the end, unless something of it was held or on its way."""
        operation = self._operation
        is_cold = not operation.trail.met.keys() - {Met.ASKED}
        if is_cold and operation.calls:
            lengths = self._window.lengths
            self._window.lengths = lengths.after_costing(operation.plan.expected, operation.calls)

    def leave(self) -> None:
        """Wait for nothing any more; what nobody else waits for is not asked for any longer."""
        self._window.leave(self._operation)

    def forget(self, identity: Identity, families: Collection[str]) -> None:
        """Forget what was loaded of *families* on behalf of *identity*: something has changed it."""
        for want in list(self._loaded):
            if want.identity == identity and want.relation.family in families:
                self._loader.clear(want)

    async def _fetch(self, wants: list[Want]) -> list[Content]:
        try:
            wider = [self._unsent.pop(want) for want in wants]
            self._learn(wants)
            answers = await self._window.fetch(wider, self._operation)
        except asyncio.CancelledError:
            # A batch that is cancelled must not leave its waiters hanging.
            answers = [self._operation.too_late() for _ in wants]
        for want, answer in zip(wants, answers, strict=True):
            if isinstance(answer, Exception):
                self._loader.clear(want)  # A failure may be asked again; only answers are kept.
        late = self._operation.too_late
        answers = [late() if isinstance(answer, DeadlineExceeded) else answer for answer in answers]
        return cast("list[Content]", answers)  # aiodataloader raises the failures among them

    def _learn(self, wants: list[Want]) -> None:
        """Teach how often relations were followed so far, and to how many resources."""
        self._found.update(want.relation for want in wants)
        counts = [
            (relation, self._followed[relation], self._found[relation])
            for relation in {want.relation for want in wants}
        ]
        looked = [(relation, is_there, count) for (relation, is_there), count in self._looked.items()]
        self._looked.clear()
        self._window.lengths = self._window.lengths.after_following(counts).after_looking(looked)


def _weakly(fetch: Fetch) -> Fetch:
    """Return what does as *fetch*, a method, but does not keep its object.

    The two would keep each other, and all that was loaded, until the garbage collector finds them.
    """
    reference = WeakMethod(fetch)

    async def fetch_if_there(wants: list[Want]) -> list[Content]:
        found = reference()
        if found is None:
            return cast("list[Content]", [DeadlineExceeded() for _ in wants])  # Nobody waits any more.
        return await found(wants)

    return fetch_if_there


def _mark_retrieved(future: asyncio.Future[Content]) -> None:
    """Keep the loop quiet about a failure that nobody waited for any more."""
    if not future.cancelled():
        future.exception()
