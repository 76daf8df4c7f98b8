"""Time a bulk request of a hundred titles against a request for one, on an imported catalog.

The target is at most fifteen times as long. Both go over loopback HTTP, in turns, in one run.
"""

import argparse
import asyncio
import http.client
import multiprocessing
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

import uvicorn
from oauthlib.oauth1 import SIGNATURE_TYPE_QUERY, Client
from sqlalchemy import select

sys.path.insert(0, str(Path(__file__).parents[1]))

from gateway.origin.app import create_app
from gateway.origin.catalog.netflix_titles import import_titles
from gateway.origin.database import Database
from gateway.origin.models import Kind, Title
from gateway.origin.paths import Paths
from gateway.origin.settings import OriginSettings
from gateway.origin.start import Consumer, prepare, sqlite_url
from tests import netflix_table

TARGET = 15.0
ENTRIES = 100

ROOT = Path(__file__).parents[1]
REAL_TABLE = ROOT.parent / "shared" / "data" / "netflix_titles.csv"


async def build(home: Path) -> tuple[str, Consumer, list[int]]:
    """Return the address of an imported catalog, a consumer, and ids of its films."""
    url = sqlite_url(home)
    consumer = await prepare(url)
    database = Database(url)
    await import_titles(database, table(home))
    async with database.read() as session:
        films = select(Title.id).where(Title.kind == Kind.MOVIE).order_by(Title.name)
        ids = list(await session.scalars(films))
    await database.close()
    return url, consumer, ids


def table(home: Path) -> Path:
    """Return the real table, or an invented one of the same size."""
    return REAL_TABLE if REAL_TABLE.exists() else netflix_table.write(home / "netflix_titles.csv", 8807)


def serve(url: str, listening: socket.socket) -> None:
    """Serve the catalog at *url* until killed."""
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = create_app(Database(url), OriginSettings(public_url=base))
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])


class Caller:
    """One connection, and someone who signs."""

    def __init__(self, port: int, consumer: Consumer) -> None:
        self._base = f"http://127.0.0.1:{port}"
        self._paths = Paths(self._base)
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._signer = Client(consumer.key, consumer.secret, signature_type=SIGNATURE_TYPE_QUERY)

    def sign(self, id: int) -> str:
        """Return the signed address of a film."""
        url, _, _ = self._signer.sign(self._paths.title("movie", id))
        return str(url)

    def single(self, id: int) -> float:
        """Return the seconds that a request for one film takes; signing is not counted."""
        return self._time("GET", self.sign(id).removeprefix(self._base), None)

    def bulk(self, ids: Sequence[int]) -> float:
        """Return the seconds that a bulk request for the films takes; signing is not counted."""
        body = urlencode({f"entry_{place}": self.sign(film) for place, film in enumerate(ids)})
        return self._time("POST", "/utility/bulk", body)

    def _time(self, verb: str, target: str, body: str | None) -> float:
        headers = {"content-type": "application/x-www-form-urlencoded"} if body else {}
        began = time.perf_counter()
        self._connection.request(verb, target, body, headers)
        answer = self._connection.getresponse()
        received = answer.read()
        seconds = time.perf_counter() - began
        if answer.status != 200 or received.count(b"<catalog_title>") != max(1, received.count(b"<entry>")):
            raise SystemExit(f"{answer.status}: {received[:500]!r}")
        return seconds


def measure(caller: Caller, ids: Sequence[int], rounds: int) -> tuple[float, float]:
    """Return the median seconds of a single and of a bulk request, taken in turns."""
    singles, bulks = [], []
    for start in range(rounds + 3):
        chosen = [ids[(start * ENTRIES + offset * 7) % len(ids)] for offset in range(ENTRIES)]
        singles += [caller.single(film) for film in chosen[:5]]
        bulks.append(caller.bulk(chosen))
    return statistics.median(singles[15:]), statistics.median(bulks[3:])


def main() -> None:
    """Measure, print, and fail when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as home, socket.create_server(("127.0.0.1", 0)) as listening:
        url, consumer, ids = asyncio.run(build(Path(home)))
        server = multiprocessing.get_context("fork").Process(target=serve, args=(url, listening), daemon=True)
        server.start()
        try:
            single, bulk = measure(Caller(listening.getsockname()[1], consumer), ids, rounds)
        finally:
            server.kill()
            server.join()
    ratio = bulk / single
    print(f"one title {1000 * single:.2f} ms, {ENTRIES} titles in bulk {1000 * bulk:.2f} ms")
    print(f"ratio {ratio:.1f}, target {TARGET:.0f}, {os.cpu_count()} processors")
    sys.exit(ratio > TARGET)


if __name__ == "__main__":
    main()
