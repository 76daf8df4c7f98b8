"""From inquiries to answers: each verified by itself, read together with its like, answered in time."""

import asyncio
import logging
import traceback
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import feeds
from gateway.origin.answers import Answers, Rendered
from gateway.origin.calls import Answer
from gateway.origin.database import EVERYBODY, Database, DatabaseUnusable
from gateway.origin.eras import Era
from gateway.origin.errands import Errand, Group, Stray, admit, read_errand, read_stray
from gateway.origin.errors import Broken, Late, Refusal, Unavailable
from gateway.origin.inquiries import Inquiry
from gateway.origin.oauth import write_nonces
from gateway.origin.oauth.known import Known, find_known
from gateway.origin.oauth.verification import Verifier
from gateway.origin.paths import Paths
from gateway.origin.quota.gate import Gate
from gateway.origin.representations.early import dated
from gateway.origin.representations.view import View
from gateway.origin.routes.table import Table
from gateway.origin.settings import OriginSettings

_log: Final = logging.getLogger(__name__)


class Dispatcher:
    """Answers lists of inquiries; one by itself is a list of one."""

    def __init__(self, database: Database, paths: Paths, settings: OriginSettings) -> None:
        self._database = database
        self._paths = paths
        self._settings = settings
        self._table = Table(settings, database)
        self._verifier = Verifier(settings)
        self.gate = Gate(database, settings)
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
        errands: list[Errand] = []
        strays: list[Stray | None] = []
        for place, inquiry in enumerate(inquiries):
            try:
                if isinstance(inquiry, Refusal):
                    raise inquiry
                errands.append(read_errand(place, inquiry, self._paths, self._table, self._settings.era))
            except Refusal as refusal:
                answers.refuse(place, refusal)
                strays.append(read_stray(place, inquiry))
        await self._run(errands, [stray for stray in strays if stray], answers)

    async def _run(self, errands: Sequence[Errand], strays: Sequence[Stray], answers: Answers) -> None:
        known, over = await self._count([*errands, *strays])
        for place, refusal in over.items():
            answers.refuse(place, refusal)
        within = [errand for errand in errands if errand.place not in over]
        admitted = list(self._admitted(within, known, answers))
        lanes = asyncio.Semaphore(self._settings.entry_lanes)
        writes = [(errand, view) for errand, view in admitted if errand.is_stored]
        async with asyncio.TaskGroup() as tasks:
            for group in _groups((errand, view) for errand, view in admitted if not errand.is_stored):
                places = [errand.place for errand in group.errands]
                tasks.create_task(_guarded(self._read(group, answers, lanes), answers, places))
            # One after the other, in the order they came: a later one may build on an earlier one.
            for errand, view in writes:
                await _guarded(self._write(errand, view, answers), answers, [errand.place])

    async def _count(self, asked: Sequence[Errand | Stray]) -> tuple[Known, Mapping[int, Refusal]]:
        """Count what was asked, in its order; return who is known, and what is one too many by its place."""
        if not asked:
            return Known(), {}
        in_order = sorted(asked, key=lambda one: one.place)
        claims = [one.claims for one in in_order]
        async with self._database.read() as session:
            known = await find_known(session, claims)
            refusals = await self.gate.admit(session, claims, known)
        counted = zip(in_order, refusals, strict=True)
        return known, {one.place: refusal for one, refusal in counted if refusal is not None}

    def _admitted(
        self, errands: Sequence[Errand], known: Known, answers: Answers
    ) -> Iterator[tuple[Errand, View]]:
        """Yield what may be done; whoever is not who they say is refused here."""
        for errand in errands:
            try:
                yield admit(errand, known, self._verifier, self._paths, self._settings)
            except Refusal as refusal:
                answers.refuse(errand.place, refusal)

    async def _read(self, group: Group, answers: Answers, lanes: asyncio.Semaphore) -> None:
        calls = [errand.call for errand in group.errands]
        async with lanes, self._database.read() as session:
            given = await group.route.endpoint(session, group.view, calls)
        for errand, answer in zip(group.errands, given, strict=True):
            self._put(answers, errand, answer, group.view)

    async def _write(self, errand: Errand, view: View, answers: Answers) -> None:
        async def work(session: AsyncSession) -> Answer:
            if errand.is_write:
                nonce = self._verifier.write_nonce(errand.claims)
                await write_nonces.keep(session, nonce, now=self._settings.clock())
            return await _change(session, errand, view)

        answer: Answer
        try:
            answer = await self._database.change(work, _owner(errand))
        except Refusal as refusal:
            answer = refusal
        self._put(answers, errand, answer, view)

    def _put(self, answers: Answers, errand: Errand, answer: Answer, view: View) -> None:
        if isinstance(answer, Refusal):
            answers.refuse(errand.place, answer)
            return
        is_personal = errand.is_stored or errand.route.is_personal
        if view.era is Era.LAUNCH:
            answer = replace(answer, root=dated(answer.root, self._paths))
        document = feeds.as_asked(answer, errand, view, now=self._settings.clock())
        answers.put(errand.place, document, view, is_personal=is_personal)


def _owner(errand: Errand) -> str:
    """Return whose a change is: those of other subscribers need not wait for it."""
    caller = errand.call.caller
    return caller.subscriber.id if caller and caller.subscriber else EVERYBODY


async def _change(session: AsyncSession, errand: Errand, view: View) -> Answer:
    """Make a change and return the answer; when it is refused nothing of it stays but the nonce."""
    endpoint = errand.route.writes.get(errand.call.verb, errand.route.endpoint)
    try:
        async with session.begin_nested():
            answer = (await endpoint(session, view, [errand.call]))[0]
            if isinstance(answer, Refusal):
                raise answer
    except Refusal as refusal:
        return refusal
    return answer


def _groups(admitted: Iterable[tuple[Errand, View]]) -> Iterator[Group]:
    """Yield what can be read together."""
    alike: dict[tuple[int, View], list[Errand]] = defaultdict(list)
    for errand, view in admitted:
        alike[id(errand.route), view].append(errand)
    for (_, view), members in alike.items():
        route = members[0].route
        for start in range(0, len(members), route.together):
            yield Group(route, view, members[start : start + route.together])


async def _guarded(work: Awaitable[None], answers: Answers, places: Sequence[int]) -> None:
    """Await *work*; if it breaks, what it was to answer is broken, and nothing else."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - one broken entry must not break its siblings
        answers.fail(places, refusal_of(error))


def refusal_of(error: Exception) -> Refusal:
    """Log *error*, and return what strangers are told of it."""
    if isinstance(error, DatabaseUnusable):
        _log.error("%s", error)
        return Unavailable()
    report(error)
    return Broken()


def report(error: Exception) -> None:
    """Log where *error* came from, but not what it says: that may hold what a request held."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s, raised at\n%s", type(error).__qualname__, frames)
