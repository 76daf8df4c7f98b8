"""No file descriptors left: who comes is told so or let go, and who is there is answered (H18)."""

import asyncio
import json
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from gateway.descriptors import share
from tests.attacks.worker import Process, gateway_before

pytestmark = pytest.mark.anyio

FILES: Final = 64
PLACES: Final = 20
HALF: Final = 100
"""Bytes of a search, of some 160."""
FOUND: Final = b"<catalog_titles><number_of_results>0</number_of_results></catalog_titles>"
LIVE: Final = b"GET /health/live HTTP/1.1\r\nHost: g.test\r\n\r\n"

_PLACES: Final = """
import resource
from gateway.descriptors import TooFewFiles, places
try:
    print(places(2_000), "of", resource.getrlimit(resource.RLIMIT_NOFILE)[0])
except TooFewFiles as error:
    print(error)
"""

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.mark.parametrize(
    ("files", "places"),
    [(64, 20), (65, 21), (80, 28), (487, 232), (488, 232), (489, 233), (2_255, 1_999), (2_256, 2_000)],
)
def test_connections_leave_files_to_others(files: int, places: int) -> None:
    """As many as are wanted where there are enough, and a part where there are not."""
    assert share(files, 2_000) == places
    assert share(1_000_000, 2_000) == 2_000


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Be an origin that finds nothing, on a connection for each request."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(FOUND) + FOUND)
    writer.close()


@asynccontextmanager
async def _gateway(home: Path, files: int | None = None) -> AsyncIterator[Process]:
    async with await asyncio.start_server(_answer, "127.0.0.1", 0) as origin:
        port = origin.sockets[0].getsockname()[1]
        with gateway_before(
            f"http://127.0.0.1:{port}", home, {"GATEWAY_BULK_LIMIT": "1"}, files=files
        ) as gateway:
            yield gateway


async def _connect(gateway: Process) -> Line:
    return await asyncio.open_connection("127.0.0.1", int(gateway.url.rpartition(":")[2]))


async def _ask(line: Line, request: bytes) -> bytes:
    """Return what is answered; nothing where the connection is closed instead."""
    reader, writer = line
    writer.write(request)
    try:
        async with asyncio.timeout(10):
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            return head + await reader.readexactly(int(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def _search(word: object) -> bytes:
    body = json.dumps({"query": f'{{ titles(search: "{word}") {{ totalCount }} }}'}).encode()
    head = f"Host: g.test\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return b"POST /graphql HTTP/1.1\r\n" + head.encode() + body


async def _answered_anew(gateway: Process) -> bytes:
    """Return what a client is answered that has just come."""
    line = await _connect(gateway)
    try:
        return await _ask(line, LIVE)
    finally:
        line[1].close()


async def _await_place(gateway: Process) -> None:
    async with asyncio.timeout(10):
        while not (await _answered_anew(gateway)).startswith(b"HTTP/1.1 200"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_who_finds_no_place_is_told(tmp_path: Path) -> None:
    """One less, as many, one more; then hundreds. Those who have begun are answered; a place is free again.

    Nobody who does nothing keeps a place: while all others do, who comes is answered.
    """
    async with _gateway(tmp_path, FILES) as gateway:
        await _await_place(gateway)
        async with AsyncExitStack() as stack:
            for _ in range(3 * PLACES):
                stack.callback((await _connect(gateway))[1].close)
            lines, answers = [], []
            for number in range(PLACES):
                lines.append(await _connect(gateway))
                stack.callback(lines[-1][1].close)
                answers.append(await _ask(lines[-1], LIVE))
                lines[-1][1].write(_search(number)[:HALF])
            answers.append(await _answered_anew(gateway))
            crowd = await asyncio.gather(*(_answered_anew(gateway) for _ in range(200)))
            told = await asyncio.gather(
                *(_ask(line, _search(number)[HALF:]) for number, line in enumerate(lines))
            )
        await _await_place(gateway)
        said = [json.loads(line) for line in gateway.log.read_text().splitlines() if line.startswith("{")]

    assert [each[9:12] for each in answers] == [b"200"] * PLACES + [b"503"]
    assert b"retry-after: 1\r\n" in answers[-1]
    assert Counter(each[9:12] for each in crowd) == {b"503": 200}
    assert [each.rpartition(b"\r\n")[2] for each in told] == [
        b'{"data":{"titles":{"totalCount":0}}}'
    ] * PLACES
    assert [(each["event"], each["limit"], each["connections"]) for each in said] == [
        ("few files", FILES, PLACES)
    ]


async def test_a_process_without_files_goes_on(tmp_path: Path) -> None:
    """Whoever took them: who comes is let go, who is there is answered, and all is well afterwards."""
    async with _gateway(tmp_path) as gateway:
        line = await _connect(gateway)
        for _ in range(5):  # By the last, whoever was here before has been let go.
            await _ask(line, LIVE)
        usual = resource.prlimit(gateway.running.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(gateway.running.pid, resource.RLIMIT_NOFILE, (gateway.free_file, usual[1]))
        before = gateway.seconds
        crowd = await asyncio.gather(*(_answered_anew(gateway) for _ in range(50)))
        failed = await _ask(line, _search("a"))
        alive = await _ask(line, LIVE)
        await asyncio.sleep(0.5)  # Time in which it could be busy with nothing.
        worked = gateway.seconds - before
        resource.prlimit(gateway.running.pid, resource.RLIMIT_NOFILE, usual)
        await _await_place(gateway)
        ready = await _ask(line, LIVE.replace(b"live", b"ready"))
        found = await _ask(line, _search("b"))
        line[1].close()
        said = gateway.log.read_text()

    assert crowd == [b""] * 50
    assert (
        json.loads(failed.rpartition(b"\r\n")[2])["errors"][0]["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"
    )
    assert [each[9:12] for each in (alive, ready)] == [b"200", b"200"]
    assert found.endswith(b'{"data":{"titles":{"totalCount":0}}}')
    assert worked < 0.5
    assert ("Traceback" in said, "error" in said) == (False, False)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ("ulimit -n 63", "This process may have 63 files open (ulimit -n); it needs 64 or more."),
        ("ulimit -n 64", "20 of 64"),
        ("ulimit -Sn 64; ulimit -Hn 300", "138 of 300"),
        ("ulimit -Sn 64; ulimit -Hn 3000", "2000 of 2256"),
        ("ulimit -n 3000", "2000 of 3000"),
    ],
)
def test_a_process_takes_as_many_files_as_it_needs(limits: str, said: str) -> None:
    """It raises its own limit as far as it may; with too few it does not start."""
    command = ["sh", "-c", f'{limits}; exec "$0" "$@"', sys.executable, "-c", _PLACES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603

    assert done.stdout == f"{said}\n", done.stderr
