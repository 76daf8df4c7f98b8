"""What a nested query costs: by the gateway, and by following its links one signed GET at a time.

Both over loopback HTTP, against the same origin in a process of its own, in one run. Prints requests, calls
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

ROUNDS = 5
QUERY = """{ titles(search: "love", first: 25) { nodes { name { regular } releaseYear synopsis
  cast { name filmography(first: 20) { nodes { name { regular } releaseYear } } } directors { name } } } }"""
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
    """Print what each way costs."""
    told = Settings(origin_url=origin, consumer_key=consumer.key, consumer_secret=consumer.secret)
    app = create_app(told)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://gateway") as graph,
    ):
        by_gateway, cost = await timed(lambda: ask(graph))
    async with httpx.AsyncClient() as http:
        by_links, requests = await timed(lambda: follow(http, origin, consumer))
    print(f"by the gateway: {cost['requests']} requests, {cost['calls']} calls, {by_gateway * 1000:.0f} ms")
    print(f"link by link:   {requests} requests, {requests} calls, {by_links * 1000:.0f} ms")
    fewer = requests / cost["requests"]
    print(f"the gateway is {by_links / by_gateway:.1f} times as fast, with {fewer:.0f} times fewer requests")


async def timed(work: Callable[[], Awaitable[Given]]) -> tuple[float, Given]:
    """Return the median of several rounds, and what the last one gave."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        given = await work()
        times.append(time.perf_counter() - began)
    return sorted(times)[ROUNDS // 2], given


async def ask(graph: httpx.AsyncClient) -> dict[str, int]:
    """Ask the gateway, and return what it cost."""
    response = await graph.post("/graphql", json={"query": QUERY}, headers={"x-gateway-explain": "analyze"})
    return response.json()["extensions"]["upstream"]


async def follow(http: httpx.AsyncClient, origin: str, consumer: Consumer) -> int:
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

    search = await read(f"{origin}/catalog/titles?max_results=25&term=love&v=1.5")
    titles = search.findall("catalog_title")
    casts, _ = await asyncio.gather(
        level(titles, "people.cast"), level(titles, "titles/synopsis", "people.directors")
    )
    cast = [person for document in casts for person in document.findall("person")]
    await level(cast, "titles.filmography")
    return count


@contextmanager
def origin_process(url: str) -> Iterator[str]:
    """Serve the origin in a process of its own."""
    probe = bind("127.0.0.1", 0, setting="PORT")
    port = probe.getsockname()[1]
    probe.close()
    environment = {**os.environ, "ORIGIN_DATABASE": url, "ORIGIN_PORT": str(port)}
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
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    asyncio.run(main())
