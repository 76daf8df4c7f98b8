"""What a large catalog costs: searches, queue writes and index files at 100,000 titles against 1,000.

Both catalogs are invented, in the same way and with the same words, and go through the project's own saving
code. Both are asked in turns, within one process, so a busy machine slows both alike; each request goes the
whole way through the origin but for the network. The index files are exported by a server in a process of
its own, whose memory is watched. Fails when a bound is broken.

Usage: python bench/scale.py [--titles N] [--databases sqlite postgresql]
"""

import argparse
import asyncio
import itertools
import multiprocessing
import random
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import urlencode

from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp, Message

sys.path.insert(0, str(Path(__file__).parents[1]))

import index_export

from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.oauth.signature import base_string, sign
from gateway.origin.settings import OriginSettings
from gateway.origin.start import Consumer as Key
from tests.databases import Databases, PostgreSQLDatabases, SQLiteDatabases
from tests.large_catalog import FIRST_ID, KEY, SECRET, TOKEN, VOCABULARY, WHO, WORDS, Invention, build
from tests.services import missing_postgresql

BASE: Final = "http://origin.example"
SMALL: Final = 1_000
SEARCH, EACH, WRITE, MEMORY = 3.0, 4.0, 1.5, 150.0
"""The bounds: of searches of all kinds, of one kind, and of writes, as ratios; and MiB.

How many titles a frequent word finds is told exactly, and to count them takes time for each.
"""
WARM: Final = 5
QUEUED: Final = 50
"""How many titles the queue has that is written to."""


@dataclass
class Shop:
    """An origin over one catalog."""

    app: ASGIApp
    ids: Sequence[int]
    numbers: Iterator[int]

    async def search(self, term: str) -> float:
        """Return the seconds that a search takes."""
        return await self._ask("GET", "/catalog/titles", term=term)

    async def queue(self, place: int) -> float:
        """Return the seconds that it takes to put a title of the queue, or another, in front."""
        path = f"/users/{WHO}/queues/disc"
        href = f"{BASE}/catalog/titles/movies/{self.ids[place % len(self.ids)]}"
        return await self._ask("POST", path, title_ref=href, position="1")

    async def _ask(self, verb: str, path: str, **asked: str) -> float:
        query = self._signed(verb, path, asked)
        scope = _scope(verb, path, query)
        events: list[Message] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def keep(event: Message) -> None:
            events.append(event)

        began = time.perf_counter()
        await self.app(scope, receive, keep)
        seconds = time.perf_counter() - began
        if events[0]["status"] not in {200, 201}:
            raise SystemExit(f"{events[0]['status']} {path}?{query}: {events[1]['body'][:300]!r}")
        return seconds

    def _signed(self, verb: str, path: str, asked: dict[str, str]) -> bytes:
        given = {
            **asked,
            "oauth_consumer_key": KEY,
            "oauth_nonce": str(next(self.numbers)),
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(int(time.time())),
            "oauth_token": TOKEN,
        }
        made = sign(base_string(verb, BASE + path, list(given.items())), SECRET, SECRET).decode()
        return urlencode({**given, "oauth_signature": made}).encode()


def _scope(verb: str, path: str, query: bytes) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": verb,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query,
        "headers": [(b"host", BASE.removeprefix("http://").encode())],
        "client": None,
        "server": None,
    }


def terms(kind: str) -> Iterator[str]:
    """Yield what is searched for."""
    invention = Invention(random.Random(kind))  # noqa: S311 - the same every time
    while True:
        few = invention.chance.randrange
        yield {
            "a name": " ".join(invention.words(3)),
            "a frequent word": VOCABULARY[few(10)],
            "a rare word": VOCABULARY[few(500, 3_000)],
            "two words": f"{VOCABULARY[few(10, 100)]} {VOCABULARY[few(100, 1_000)]}",
            "nothing that is there": f"{VOCABULARY[few(WORDS)]}x",
        }[kind]


KINDS: Final = ("a name", "a frequent word", "a rare word", "two words", "nothing that is there")


async def medians(
    shops: Sequence[Shop], ask: Callable[[Shop, int], Awaitable[float]], rounds: int
) -> tuple[float, float]:
    """Return the median milliseconds of both shops, asked in turns; the first rounds warm up."""
    seconds: list[list[float]] = [[] for _ in shops]
    for number in range(rounds + WARM):
        for taken, shop in zip(seconds, shops, strict=True):
            taken.append(await ask(shop, number))
    small, large = (1000 * median(taken[WARM:]) for taken in seconds)
    return small, large


@asynccontextmanager
async def opened(url: str, count: int) -> AsyncIterator[Shop]:
    """Open an origin over the catalog at *url*, with a queue that titles move in."""
    database = Database(url)
    films = [FIRST_ID + n for n in range(count) if n % 20]
    chosen = random.Random(2).sample(films, QUEUED)  # noqa: S311 - the same every time
    shop = Shop(create_app(database, OriginSettings(public_url=BASE)), chosen, itertools.count())
    for place in range(QUEUED):
        await shop.queue(place)
    yield shop
    await database.close()


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    database: str
    what: str
    small: float | None
    large: float
    bound: float

    @property
    def measured(self) -> float:
        """Return what is bound: how many times as much the large catalog costs, or what it costs."""
        return self.large if self.small is None else self.large / self.small


async def compare(name: str, urls: Sequence[str], sizes: Sequence[int], rounds: int) -> list[Row]:
    """Search and write in catalogs of two *sizes*, in turns."""
    rows: list[Row] = []
    async with opened(urls[0], sizes[0]) as small, opened(urls[1], sizes[1]) as large:
        for kind in KINDS:
            asked = list(itertools.islice(terms(kind), rounds + WARM))

            async def search(shop: Shop, number: int, asked: Sequence[str] = asked) -> float:
                return await shop.search(asked[number])

            rows.append(Row(name, f"search: {kind}", *await medians([small, large], search, rounds), EACH))
        everything = [median(row.small or 0 for row in rows), median(row.large for row in rows)]
        rows.append(Row(name, "search: all of these, p50", *everything, SEARCH))

        async def move(shop: Shop, number: int) -> float:
            return await shop.queue(number * 7)

        rows.append(Row(name, "queue write", *await medians([small, large], move, rounds), WRITE))
    return rows


def exported(name: str, url: str) -> Row:
    """Export the index files from a server of its own, and return how much memory it ever had."""
    # Spawned: a fork would count what this process has as the server's own.
    spawning = multiprocessing.get_context("spawn")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = spawning.Process(target=index_export.serve, args=(url, listening), daemon=True)
        server.start()
        try:
            port = listening.getsockname()[1]
            peak = index_export.measure(port, Key(KEY, SECRET), server.pid or 0, ["full"])
        finally:
            server.kill()
            server.join()
    return Row(name, "index file: MiB at most", None, peak, MEMORY)


def measure(name: str, databases: Databases, titles: int, rounds: int) -> list[Row]:
    """Fill two databases of a kind, and measure everything."""
    urls, sizes = [databases.make(), databases.make()], [SMALL, titles]
    for url, size in zip(urls, sizes, strict=True):
        began = time.perf_counter()
        asyncio.run(build(url, size))
        print(f"{name}: {size} titles saved in {time.perf_counter() - began:.0f} s", flush=True)
    return [*asyncio.run(compare(name, urls, sizes, rounds)), exported(name, urls[1])]


def main() -> None:
    """Measure, print, and fail when a bound is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, default=100_000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--rounds", type=int, default=60)
    arguments = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.databases:
            if name == "sqlite":
                rows += measure(name, SQLiteDatabases(Path(folder)), arguments.titles, arguments.rounds)
            elif missing := missing_postgresql():
                print(f"{name} is left out: {missing}")
            else:
                with closing(PostgreSQLDatabases()) as server:
                    rows += measure(name, server, arguments.titles, arguments.rounds)
    show(rows, arguments.titles)
    sys.exit(any(row.measured > row.bound for row in rows))


def show(rows: Sequence[Row], titles: int) -> None:
    """Print the table."""
    table = Table("database", "p50 in ms", f"{SMALL} titles", f"{titles} titles", "ratio", "bound")
    for row in rows:
        small, ratio = ("", "") if row.small is None else (f"{row.small:.1f}", f"{row.measured:.2f}")
        table.add_row(row.database, row.what, small, f"{row.large:.1f}", ratio, f"{row.bound:g}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
