"""Export the index files of a large invented catalog, and watch the server's memory.

The target is a peak of less than 150 MiB for a hundred thousand titles. The server runs by itself, as in
earnest; the catalog is written by another process, which its figures do not count.
"""

import argparse
import asyncio
import http.client
import json
import multiprocessing
import random
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from oauthlib.oauth1 import SIGNATURE_TYPE_QUERY, Client

sys.path.insert(0, str(Path(__file__).parents[1]))

from gateway.origin.app import create_app
from gateway.origin.catalog.facts import AwardFacts, OfferFacts, PersonFacts, TitleFacts
from gateway.origin.catalog.saving import Mode, Saving
from gateway.origin.database import Database
from gateway.origin.models import Kind, RatingSystem
from gateway.origin.settings import OriginSettings
from gateway.origin.start import Consumer, prepare, sqlite_url

TARGET = 150.0
PEOPLE = 20_000
PART = 5_000
FIRST_ID = 500_000_000

_WORDS = [
    "love",
    "night",
    "river",
    "stone",
    "glass",
    "winter",
    "harbor",
    "silver",
    "ghost",
    "train",
    "empire",
]
_GENRES = ["Dramas", "Comedies", "Thrillers", "Action & Adventure", "Documentaries", "Foreign Movies"]


async def build(home: Path, count: int) -> tuple[str, Consumer]:
    """Return the address of a catalog of *count* invented titles, and a consumer."""
    url = sqlite_url(home)
    consumer = await prepare(url)
    database = Database(url)
    chance = random.Random(1)  # noqa: S311 - the same catalog every time
    people = [PersonFacts(id=FIRST_ID + n, name=f"{words(chance)} {n}") for n in range(PEOPLE)]
    async with database.write() as session:
        saving = Saving(session, Mode.STATE, int(time.time()))
        await saving.people(people)
        for start in range(0, count, PART):
            part = range(start, min(start + PART, count))
            await saving.titles([title(FIRST_ID + n, chance) for n in part])
    await database.close()
    return url, consumer


def words(chance: random.Random, count: int = 2) -> str:
    """Return a few words."""
    return " ".join(chance.choices(_WORDS, k=count)).title()


def title(id: int, chance: random.Random) -> TitleFacts:
    """Return an invented film with as much to tell as a real one."""
    person = [FIRST_ID + chance.randrange(PEOPLE) for _ in range(9)]
    return TitleFacts(
        id=id,
        kind=Kind.MOVIE,
        name=f"{words(chance, 3)} {id}",
        release_year=chance.randrange(1930, 2012),
        runtime=chance.randrange(3600, 10_000),
        average_rating=round(chance.uniform(1, 5), 1),
        maturity_level=chance.choice((60, 90, 110, 130)),
        synopsis=words(chance, 60),
        short_synopsis=words(chance, 12),
        ratings={RatingSystem.MPAA: chance.choice(("G", "PG", "PG-13", "R"))},
        genres=chance.sample(_GENRES, 3),
        cast=list(dict.fromkeys(person[:8])),
        directors=person[8:],
        awards=[AwardFacts(body="afi", name="Top 100", year=1998, is_won=True, person_id=person[0])],
        offers=[
            OfferFacts(format="instant", available_from=1_262_304_000),
            OfferFacts(format="DVD", available_from=963_273_600),
        ],
        screen_formats=[("DVD", "Widescreen 1.85:1")],
        languages=[("DVD", "English", "Dolby Digital 5.1"), ("DVD", "French", None)],
    )


def serve(url: str, listening: socket.socket) -> None:
    """Serve the catalog at *url* until killed."""
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = create_app(Database(url), OriginSettings(public_url=base))
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])


def export(port: int, consumer: Consumer, name: str, *, is_packed: bool) -> tuple[float, int]:
    """Return the seconds that an index file takes, and its bytes as they were sent."""
    base = f"http://127.0.0.1:{port}"
    signer = Client(consumer.key, consumer.secret, signature_type=SIGNATURE_TYPE_QUERY)
    url, _, _ = signer.sign(f"{base}/catalog/titles/{name}")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    began, size = time.perf_counter(), 0
    headers = {"accept-encoding": "gzip" if is_packed else "identity"}
    connection.request("GET", str(url).removeprefix(base), headers=headers)
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"{answer.status}: {answer.read(500)!r}")
    while chunk := answer.read(262_144):
        size += len(chunk)
    return time.perf_counter() - began, size


def memory(pid: int, field: str) -> float:
    """Return what the kernel says of a process's memory, in MiB: ``VmRSS`` now, ``VmHWM`` at most."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"the kernel does not tell {field}")


def main() -> None:
    """Measure, print, and fail when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, default=100_000)
    parser.add_argument("--files", nargs="+", default=["index", "full"])
    arguments = parser.parse_args()
    # Spawned: a fork would count the catalog in the making as the server's own.
    spawning = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as home, socket.create_server(("127.0.0.1", 0)) as listening:
        began = time.perf_counter()
        url, consumer = asyncio.run(build(Path(home), arguments.titles))
        print(f"{arguments.titles} titles written in {time.perf_counter() - began:.0f} s")
        server = spawning.Process(target=serve, args=(url, listening), daemon=True)
        server.start()
        try:
            peak = measure(listening.getsockname()[1], consumer, server.pid or 0, arguments.files)
        finally:
            server.kill()
            server.join()
    print(json.dumps({"peak_mib": round(peak, 1), "target_mib": TARGET, "titles": arguments.titles}))
    sys.exit(peak > TARGET)


def measure(port: int, consumer: Consumer, pid: int, files: Sequence[str]) -> float:
    """Export *files*, plain and packed, and return the most memory that the server ever had."""
    for name in files:
        for is_packed in (False, True):
            seconds, size = export(port, consumer, name, is_packed=is_packed)
            told = f"{name}{'.gz' if is_packed else ''}: {size / 2**20:.0f} MiB in {seconds:.1f} s"
            print(f"{told}, {memory(pid, 'VmRSS'):.0f} MiB now, {memory(pid, 'VmHWM'):.0f} MiB at most")
    return memory(pid, "VmHWM")


if __name__ == "__main__":
    main()
