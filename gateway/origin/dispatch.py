"""From inquiries to answers: each verified by itself, read together with its like, answered in time."""

import asyncio
import logging
import traceback
from collections import defaultdict
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.origin.answers import Answers, Rendered
from gateway.origin.calls import Call, read_view
from gateway.origin.database import Database
from gateway.origin.errors import Broken, Invalid, Late, NotFound, Refusal, VerbRefused
from gateway.origin.inquiries import Inquiry, read_parameters, read_verb
from gateway.origin.oauth.claims import Claims, read_claims
from gateway.origin.oauth.verification import Consumers, Verifier, find_consumers
from gateway.origin.paths import Paths, Place
from gateway.origin.representations.view import View
from gateway.origin.routes.table import Route, Table
from gateway.origin.settings import OriginSettings

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Errand:
    """An inquiry whose address and verb make sense, and its place among the others."""

    place: int
    inquiry: Inquiry
    claims: Claims
    route: Route
    call: Call


@dataclass(frozen=True, slots=True)
class _Group:
    """Errands to one endpoint, to be shown in one way."""

    route: Route
    view: View
    errands: Sequence[_Errand]


class Dispatcher:
    """Answers lists of inquiries; one by itself is a list of one."""

    def __init__(self, database: Database, paths: Paths, settings: OriginSettings) -> None:
        self._database = database
        self._paths = paths
        self._settings = settings
        self._table = Table(settings.clock)
        self._verifier = Verifier(settings)
        self._called_off: set[asyncio.Task[None]] = set()

    async def answer(self, inquiries: Sequence[Inquiry | Refusal]) -> list[Rendered | Refusal]:
        """Return the answers to *inquiries* in their order; what is not ready in time is late."""
        seconds = self._settings.entry_seconds
        answers = Answers(missing=Late(seconds), limit=self._settings.answer_bytes)
        everything = self._answer(inquiries, answers)
        work = asyncio.create_task(_guarded(everything, answers, range(len(inquiries))))
        try:
            await asyncio.wait({work}, timeout=seconds)
        finally:
            self._call_off(work)
        return answers.in_order(len(inquiries))

    def _call_off(self, work: asyncio.Task[None]) -> None:
        # Not waited for: a database that is slow to answer is as slow to let go.
        if not work.done():
            work.cancel()
            self._called_off.add(work)
            work.add_done_callback(self._called_off.discard)

    async def _answer(self, inquiries: Sequence[Inquiry | Refusal], answers: Answers) -> None:
        errands: list[_Errand] = []
        for place, inquiry in enumerate(inquiries):
            errand = inquiry if isinstance(inquiry, Refusal) else self._errand(place, inquiry)
            if isinstance(errand, Refusal):
                answers.put(place, errand)
            else:
                errands.append(errand)
        if errands:
            await self._run(errands, answers)

    def _errand(self, place: int, inquiry: Inquiry) -> _Errand | Refusal:
        try:
            address = self._paths.read(inquiry.path)
            if address and address.place is Place.BULK:
                raise Invalid("entry", "a bulk request holds no other")
            route = self._table.find(address) if address else None
            if address is None or route is None:
                raise NotFound
            parameters = read_parameters(inquiry.parameters)
            if read_verb(inquiry, parameters) not in route.verbs:
                raise VerbRefused(route.verbs)
            return _Errand(place, inquiry, read_claims(inquiry), route, Call(address, parameters))
        except Refusal as refusal:
            return refusal

    async def _run(self, errands: Sequence[_Errand], answers: Answers) -> None:
        async with self._database.read() as session:
            consumers = await find_consumers(session, (errand.claims.consumer_key for errand in errands))
        lanes = asyncio.Semaphore(self._settings.entry_lanes)
        async with asyncio.TaskGroup() as tasks:
            for group in self._groups(errands, consumers, answers):
                places = [errand.place for errand in group.errands]
                tasks.create_task(_guarded(self._run_group(group, answers, lanes), answers, places))

    def _groups(self, errands: Sequence[_Errand], consumers: Consumers, answers: Answers) -> Iterator[_Group]:
        """Yield what can be read together; whoever is not who they say is refused here."""
        alike: dict[tuple[int, View], list[_Errand]] = defaultdict(list)
        for errand in errands:
            try:
                self._verifier.verify(errand.inquiry, errand.claims, consumers, level=errand.route.level)
                view = read_view(self._paths, errand.call.parameters)
            except Refusal as refusal:
                answers.put(errand.place, refusal)
            else:
                alike[id(errand.route), view].append(errand)
        for (_, view), members in alike.items():
            route = members[0].route
            for start in range(0, len(members), route.together):
                yield _Group(route, view, members[start : start + route.together])

    async def _run_group(self, group: _Group, answers: Answers, lanes: asyncio.Semaphore) -> None:
        calls = [errand.call for errand in group.errands]
        async with lanes, self._database.read() as session:
            given = await group.route.endpoint(session, group.view, calls)
        for errand, answer in zip(group.errands, given, strict=True):
            answers.put(errand.place, answer)


async def _guarded(work: Awaitable[None], answers: Answers, places: Sequence[int]) -> None:
    """Await *work*; if it breaks, what it was to answer is broken, and nothing else."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - one broken entry must not break its siblings
        report(error)
        answers.fail(places, Broken())


def report(error: Exception) -> None:
    """Log where *error* came from, but not what it says: that may hold what a request held."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s, raised at\n%s", type(error).__qualname__, frames)
