"""Changes of a subscriber of a real origin, on a way where anything may happen; and the truth past it."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path as File

import httpx

from gateway.contract import Path
from gateway.loaders.changes import AddTitle, Change
from gateway.loaders.delivery import Upstream
from gateway.loaders.levels import Operation
from gateway.loaders.outcomes import Outcome
from gateway.loaders.viewer import Viewer
from gateway.loaders.writes import Request, Writes, Written
from gateway.origin.app import create_app as create_origin
from gateway.origin.database import Database
from gateway.origin.demo.credentials import DemoCredentials
from gateway.origin.settings import OriginSettings
from gateway.origin.start import Consumer
from gateway.relations import Relation
from gateway.resources import Content, Href
from gateway.stores.sqlite_mutations import SQLiteLedger
from gateway.subscriber import Queue, QueueItem, QueueKind, Rating, Ratings
from gateway.upstream.client import Client, Limits
from gateway.upstream.errors import UpstreamError
from gateway.upstream.href import Origin, with_parameters
from gateway.upstream.hypermedia import expect
from gateway.upstream.identity import Identity
from gateway.upstream.quota.budget import Budget
from gateway.upstream.quota.meter import Allowance, OwnMeter
from gateway.upstream.reader import Read, Reader
from gateway.upstream.signing import Credentials, Signer
from gateway.upstream.writer import Write, Writer
from tests.end_to_end.faulty import FaultyWay

URL = "http://origin.test"

INSTANT_TITLES = [
    Href(f"{URL}/catalog/titles/movies/{number}")
    for number in (60001220, 512381, 70019224, 17985448, 860591, 60010488, 70113539)
]
"""Films of the embedded catalog that can be watched at once."""
JAWS, HOME, RWANDA, STAR, *OTHERS = INSTANT_TITLES
THREE = [JAWS.rpartition("/")[2], HOME.rpartition("/")[2], RWANDA.rpartition("/")[2]]
"""What is in the queue that most tests begin with."""
ADD = AddTitle(kind=QueueKind.INSTANT, title=STAR)


@dataclass
class Rig:
    """A subscriber who changes their queues through ``Writes``."""

    way: FaultyWay
    writes: Writes
    upstream: Upstream
    viewer: Viewer
    straight: Upstream
    """The same origin, without faults."""
    ledger: SQLiteLedger
    consumer: Consumer
    written: list[tuple[Identity, frozenset[str]]] = field(default_factory=list)
    _ids: "itertools.count[int]" = field(default_factory=itertools.count)

    async def make(self, change: Change, mutation_id: str | None = None, *, seconds: float = 60) -> Outcome:
        """Ask for *change*; return what came of it."""
        operation = Operation(asyncio.get_running_loop().time() + seconds)
        wanted = mutation_id or f"change-{next(self._ids)}"
        return await self.writes.make(Request(self.viewer, change, wanted), operation, self._load)

    async def queue(self, kind: QueueKind = QueueKind.INSTANT) -> Queue:
        """Return the queue as the origin has it."""
        href = with_parameters(self._queue(kind), {"max_results": 500})
        return expect(await self._read(self.straight, href), Queue)

    async def order(self, kind: QueueKind = QueueKind.INSTANT) -> list[str]:
        """Return the titles of the queue, as the origin has them, by the last part of their addresses."""
        return [number(item) for item in (await self.queue(kind)).items]

    async def rating(self, title: Href) -> Rating:
        """Return what the subscriber thinks of *title*, as the origin has it."""
        titles = self.upstream.origin.expand_path(f"{Path.USER}/ratings/title", id=self.viewer.user_id)
        ratings = expect(
            await self._read(self.straight, with_parameters(titles, {"title_refs": title})), Ratings
        )
        return ratings.items[0]

    async def set_queue(self, titles: Sequence[Href], kind: QueueKind = QueueKind.INSTANT) -> Queue:
        """Leave just *titles* in a queue, past the graph."""
        for item in (await self.queue(kind)).items:
            await self.straight_write("DELETE", item.href)
        for title in titles:
            await self.straight_write("POST", self._queue(kind), ("title_ref", title))
        return await self.queue(kind)

    async def straight_write(self, method: str, href: Href, *form: tuple[str, str]) -> None:
        """Change something past the graph."""
        write = Write(method=method, href=href, token=self.viewer.token, form=form)  # type: ignore[arg-type]
        await self.straight.writer.write(write, deadline=asyncio.get_running_loop().time() + 60)

    async def somebody_else_adds(self, title: Href, kind: QueueKind = QueueKind.INSTANT) -> None:
        """Add *title* past the graph."""
        await self.straight_write("POST", self._queue(kind), ("title_ref", title))

    async def _load(self, _relation: Relation, href: Href) -> Content:
        return await self._read(self.straight, href)

    async def _read(self, upstream: Upstream, href: Href) -> Content:
        deadline = asyncio.get_running_loop().time() + 60
        read = Read(href, self.viewer.token)
        (answer,) = await upstream.reader.read([read], deadline=deadline, spent=lambda _: None)
        if isinstance(answer, UpstreamError):
            raise answer
        return answer

    def _queue(self, kind: QueueKind) -> Href:
        return self.upstream.origin.expand_path(f"{Path.USER}/queues/{kind}", id=self.viewer.user_id)


def noting(written: list[tuple[Identity, frozenset[str]]]) -> Written:
    """Return what keeps in *written* whose families were written."""

    async def note(identity: Identity, families: Collection[str]) -> None:
        written.append((identity, frozenset(families)))

    return note


def number(item: QueueItem) -> str:
    """Return the last part of the address of an entry's title."""
    assert item.title is not None
    return tail(item.title.href)


def tail(href: str) -> str:
    """Return the last part of an address."""
    return href.rpartition("/")[2]


@asynccontextmanager
async def rig_over(url: str, credentials: DemoCredentials, file: File) -> AsyncIterator[Rig]:
    """Run an origin over the database at *url*, and what changes it; *file* is for the ledger."""
    app = create_origin(Database(url), OriginSettings(public_url=URL))
    person = credentials.subscribers[0]
    ledger = SQLiteLedger(file)
    await ledger.open()
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app)) as plain,
        httpx.AsyncClient(transport=FaultyWay(httpx.ASGITransport(app))) as faulty,
    ):
        way = faulty._transport  # noqa: SLF001 - it was made a line above
        assert isinstance(way, FaultyWay)
        upstream, straight = (_upstream(http, credentials) for http in (faulty, plain))
        viewer = Viewer(person.user_id, Credentials(person.token, person.secret))
        written: list[tuple[Identity, frozenset[str]]] = []
        writes = Writes(upstream, ledger, noting(written))
        yield Rig(way, writes, upstream, viewer, straight, ledger, credentials.consumer, written)
        await writes.close()
    await ledger.close()


def _upstream(http: httpx.AsyncClient, credentials: DemoCredentials) -> Upstream:
    origin = Origin.at(URL)
    client = Client(http, Limits(attempt=60))  # on machines however busy
    signer = Signer(Credentials(credentials.consumer.key, credentials.consumer.secret))
    reader = Reader(client, signer, origin)
    allowance = Allowance(1_000_000, 1_000_000)
    budget = Budget(OwnMeter(allowance, clock=time.time), allowance)
    return Upstream(origin, reader, Writer(client, signer), budget, pause=0.001)
