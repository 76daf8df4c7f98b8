"""What nested queries cost: planned, by bulk alone, and by following their links one signed GET at a time.

All over loopback HTTP, against the same origin in a process of its own, in one run. Prints requests, calls
and the ratio of times.

Usage: python bench/nested_query.py [FILE.csv of the "Netflix titles" table; else one is invented]
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.request import urlopen

import httpx
from lxml import etree

from gateway.app import create_app
from gateway.origin.catalog.netflix_titles import import_titles
from gateway.origin.database import Database
from gateway.origin.start import Consumer, prepare
from gateway.serving import bind
from gateway.settings import Settings
from gateway.upstream.signing import Credentials, Signer

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests import netflix_table

Given = TypeVar("Given")

ROUNDS = 3
NAMES = """{ titles(search: "love", first: 25) { nodes {
  name { regular } synopsis cast { name } directors { name } } } }"""
FILMS = """{ titles(search: "love", first: 25) { nodes {
  cast { name filmography(first: 20) { nodes { name { regular } } } } } } }"""
YEARS = """{ titles(search: "love", first: 25) { nodes { name { regular } releaseYear synopsis
  cast { name filmography(first: 20) { nodes { name { regular } releaseYear } } } directors { name } } } }"""
TEXTS = ("titles/synopsis", "people.directors")
QUERIES = (
    # what it asks, the links of a title, and whether the films of the cast are asked for
    ("texts and names", NAMES, ("people.cast", *TEXTS), False),
    ("names of films", FILMS, ("people.cast",), True),
    ("years of films", YEARS, ("people.cast", *TEXTS), True),
)
UNLIMITED = {"ORIGIN_CALLS_PER_SECOND": "100000", "ORIGIN_CALLS_PER_DAY": "100000000"}
REL = "http://schemas.netflix.com/catalog/"


async def main() -> None:
    """Fill a database, start the origin, and ask both ways."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/origin.sqlite3"
        table = (
            Path(sys.argv[1]) if len(sys.argv) > 1 else netflix_table.write(Path(folder) / "titles.csv", 8807)
        )
        consumer = await prepare(url)
        database = Database(url)
        await import_titles(database, table)
        await database.close()
        with origin_process(url) as origin:
            await compare(origin, consumer)


async def compare(origin: str, consumer: Consumer) -> None:
    """Print what each way costs, query by query."""
    for name, query, rels, has_films in QUERIES:
        print(name)
        planned = await by_gateway(origin, consumer, query)
        bulk = await by_gateway(origin, consumer, query, expand_bytes=0)
        async with httpx.AsyncClient() as http:
            seconds, count = await timed(lambda: follow(http, origin, consumer, rels, has_films=has_films))  # noqa: B023 - awaited at once
        for way, (took, requests, calls) in (
            ("planned", planned),
            ("bulk alone", bulk),
            ("link by link", (seconds, count, count)),
        ):
            ratio = took / planned[0]
            print(
                f"  {way:12}  {requests:4} requests  {calls:4} calls  {ratio:5.1f} times the time of planned"
            )


async def by_gateway(origin: str, consumer: Consumer, query: str, **settings: int) -> tuple[float, int, int]:
    """Return seconds, requests and calls of a gateway with *settings*."""
    keys = {"consumer_key": consumer.key, "consumer_secret": consumer.secret}
    unlimited = {"calls_per_operation": 2000, "calls_per_second": 100_000, "calls_per_day": 10**8}
    # Every round is to start anew: nothing stays in a cache of a byte.
    app = create_app(Settings(origin_url=origin, cache_bytes=1, **unlimited, **keys, **settings))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as graph,
    ):
        seconds, cost = await timed(lambda: ask(graph, query))
    return seconds, cost["requests"], cost["calls"]


async def timed(work: Callable[[], Awaitable[Given]]) -> tuple[float, Given]:
    """Return the median of several rounds, and what the last one gave."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        given = await work()
        times.append(time.perf_counter() - began)
    return sorted(times)[ROUNDS // 2], given


async def ask(graph: httpx.AsyncClient, query: str) -> dict[str, int]:
    """Ask the gateway, and return what it cost."""
    response = await graph.post("/graphql", json={"query": query}, headers={"x-gateway-explain": "analyze"})
    return response.json()["extensions"]["upstream"]


async def follow(  # noqa: PLR0913 - what is followed from where, and how far
    http: httpx.AsyncClient,
    origin: str,
    consumer: Consumer,
    rels: tuple[str, ...],
    *,
    has_films: bool,
    term: str = "love",
) -> int:
    """Follow every link by itself, sixteen at a time, and return how many requests that took."""
    signer = Signer(Credentials(consumer.key, consumer.secret))
    lanes = asyncio.Semaphore(16)
    count = 0

    async def read(href: str) -> etree._Element:
        nonlocal count
        count += 1
        async with lanes:
            response = await http.get(signer.signed_url(href))
        return etree.fromstring(response.content)

    async def level(documents: list[etree._Element], *rels: str) -> list[etree._Element]:
        links = (link for document in documents for link in document.iterfind("link"))
        hrefs = dict.fromkeys(
            link.get("href") for link in links if link.get("rel", "").removeprefix(REL) in rels
        )
        return await asyncio.gather(*map(read, hrefs))

    search = await read(f"{origin}/catalog/titles?max_results=25&term={term}&v=1.5")
    titles = search.findall("catalog_title")
    casts, _ = await asyncio.gather(level(titles, *rels[:1]), level(titles, *rels[1:]))
    cast = [person for document in casts for person in document.findall("person")]
    if has_films:
        await level(cast, "titles.filmography")
    return count


def free_port() -> int:
    """Return a port that nobody listens on."""
    probe = bind("127.0.0.1", 0, setting="PORT")
    try:
        return int(probe.getsockname()[1])
    finally:
        probe.close()


@contextmanager
def origin_process(url: str, public: str | None = None) -> Iterator[str]:
    """Serve the origin in a process of its own; *public* is what it is called from outside, if not that."""
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    places = {"ORIGIN_DATABASE": url, "ORIGIN_PORT": str(port), "ORIGIN_PUBLIC_URL": public or here}
    environment = {**os.environ, **places, **UNLIMITED}
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", "origin", "serve"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            try:
                urlopen(f"http://127.0.0.1:{port}/catalog/titles", timeout=1)
            except OSError as error:
                if "HTTP Error" in str(error):
                    break
                time.sleep(0.1)
        yield here
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    asyncio.run(main())
