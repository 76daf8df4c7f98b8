"""Ways to the same answers, side by side: links one by one, bulk alone, and the gateway cold and warm.

Asks for the 25 titles of each of some searches, with synopsis, cast and directors. All ways go over loopback
HTTP to the same origin in a process of its own, in one run; once as it is, and once with 20 ms on the way
there. Prints a table for the README: what is measured in time is a multiple of the gateway's when it is cold.

Usage: python bench/ways.py [FILE.csv of the "Netflix titles" table; else one is invented]
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from nested_query import TEXTS, follow, free_port, origin_process

from gateway.app import create_app
from gateway.origin.catalog.netflix_titles import import_titles
from gateway.origin.database import Database
from gateway.origin.start import Consumer, prepare
from gateway.settings import Settings

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests import netflix_table

WORDS = (
    "love life man war night day girl boy king city home dark",
    "world time story house last little big blue black white red good",
)
TERMS = " ".join(WORDS).split()
TOGETHER = 8
LATENCIES = (0, 20)
QUERY = """query($term: String!) { titles(search: $term, first: 25) { nodes {
  name { regular } synopsis cast { name } directors { name } } } }"""

Cost = tuple[int, int]
"""Requests and calls."""
Ask = Callable[[str], Awaitable[Cost]]
"""Asks for the titles of a search."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a way costs a query: requests and calls, seconds, queries a second, seconds of CPU."""

    requests: float
    calls: float
    median: float
    worst: float
    throughput: float
    cpu: float


async def main() -> None:
    """Fill a database, start the origin, and ask in all ways."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/origin.sqlite3"
        table = (
            Path(sys.argv[1]) if len(sys.argv) > 1 else netflix_table.write(Path(folder) / "titles.csv", 8807)
        )
        consumer = await prepare(url)
        database = Database(url)
        await import_titles(database, table)
        await database.close()
        print("| latency | way | requests | calls | p50 | p99 | throughput | CPU |")
        print("|---|---|---|---|---|---|---|---|")
        for latency in LATENCIES:
            port = free_port()
            there = f"http://127.0.0.1:{port}"
            with origin_process(url, there) as origin, relay(port, origin, latency):
                show(latency, await measure_all(there, consumer))


def show(latency: int, rows: dict[str, Row]) -> None:
    """Print the lines of one latency."""
    cold = rows["gateway, cold"]
    for way, row in rows.items():
        times = " | ".join(
            f"{ratio:.2g} x"
            for ratio in (
                row.median / cold.median,
                row.worst / cold.worst,
                row.throughput / cold.throughput,
                row.cpu / cold.cpu,
            )
        )
        print(f"| {latency} ms | {way} | {row.requests:.1f} | {row.calls:.1f} | {times} |")


async def measure_all(origin: str, consumer: Consumer) -> dict[str, Row]:
    """Return what each way costs over *origin*."""
    rows: dict[str, Row] = {}
    async with httpx.AsyncClient() as http:

        async def by_links(term: str) -> Cost:
            rels = ("people.cast", *TEXTS)
            count = await follow(http, origin, consumer, rels, has_films=False, term=term)
            return count, count

        rows["link by link"] = await measure(by_links, by_links)
    async with gateway(origin, consumer, expand_bytes=0, cache_bytes=1) as ask:
        rows["bulk alone"] = await measure(ask, ask)
    async with gateway(origin, consumer) as first, gateway(origin, consumer) as second:
        rows["gateway, cold"] = await measure(first, second)
        rows["gateway, warm"] = await measure(first, second)
    return rows


async def measure(one_by_one: Ask, together: Ask) -> Row:
    """Ask for every search, one after the other, and then several at a time in another place."""
    times: list[float] = []
    costs: list[Cost] = []
    cpu = time.process_time()
    for term in TERMS:
        began = time.perf_counter()
        costs.append(await one_by_one(term))
        times.append(time.perf_counter() - began)
    cpu = time.process_time() - cpu
    waiting = iter(TERMS)

    async def work() -> None:
        for term in waiting:
            await together(term)

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(TOGETHER)))
    took = time.perf_counter() - began
    requests, calls = (sum(each) / len(TERMS) for each in zip(*costs, strict=True))
    return Row(
        requests, calls, sorted(times)[len(times) // 2], max(times), len(TERMS) / took, cpu / len(TERMS)
    )


@asynccontextmanager
async def gateway(origin: str, consumer: Consumer, **settings: int) -> AsyncIterator[Ask]:
    """Run a gateway in this process, and give what asks it."""
    unlimited = {"calls_per_operation": 2000, "calls_per_second": 100_000, "calls_per_day": 10**8}
    told = Settings(
        origin_url=origin,
        consumer_key=consumer.key,
        consumer_secret=consumer.secret,
        **{**unlimited, **settings},
    )
    app = create_app(told)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000") as http,
    ):

        async def ask(term: str) -> Cost:
            body = {"query": QUERY, "variables": {"term": term}}
            response = await http.post("/graphql", json=body, headers={"x-gateway-explain": "analyze"})
            answer = response.json()
            if "errors" in answer:
                raise RuntimeError(answer["errors"])
            cost = answer["extensions"]["upstream"]
            return cost["requests"], cost["calls"]

        yield ask


@contextmanager
def relay(port: int, origin: str, latency: int) -> Iterator[None]:
    """Listen on *port*, and put *latency* milliseconds on the way to *origin*, in a process in between."""
    command = [sys.executable, __file__, "--relay", str(port), origin.rpartition(":")[2], str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            if process.stdout is not None:
                process.stdout.readline()  # It says when it listens.
            yield
        finally:
            process.terminate()


async def keep_relaying(port: int, target: int, latency: float) -> None:
    """Pass bytes on from *port* to *target*, each *latency* seconds late, and their answers at once."""

    async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, late: float) -> None:
        loop = asyncio.get_running_loop()
        chunks: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def write() -> None:
            while True:
                due, chunk = await chunks.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                if not chunk:
                    break
                writer.write(chunk)
                await writer.drain()
            writer.close()

        writing = asyncio.create_task(write())
        with suppress(OSError):
            while chunk := await reader.read(65_536):
                chunks.put_nowait((loop.time() + late, chunk))
        chunks.put_nowait((loop.time() + late, b""))
        with suppress(OSError):
            await writing

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(passed_on(reader, back, latency), passed_on(there, writer, 0))

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    print("listening", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--relay"]:
        asyncio.run(keep_relaying(int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]) / 1000))
    else:
        asyncio.run(main())
