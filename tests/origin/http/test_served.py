"""Requests over a real socket: what the server beneath the application makes of their first line."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from gateway import serving
from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.settings import OriginSettings
from tests.ambiguous import AMBIGUOUS, answered

from .conftest import JAWS, Signer

MOVIE = f"/catalog/titles/movies/{JAWS}"


@pytest.fixture
async def base(database: Database, settings: OriginSettings) -> AsyncIterator[str]:
    """Serve an origin on a free port, and return its address."""
    listening = serving.bind("127.0.0.1", 0, setting="PORT")
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = serving.Server(create_app(database, replace(settings, public_url=url)))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    yield url
    server.should_exit = True
    await running


async def answer(base: str, request: str) -> str:
    """Send *request* as it is, and return the status and the body of the answer."""
    host, port = base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request.replace("\n", "\r\n").encode())
    told = (await reader.read()).decode()
    writer.close()
    head, _, body = told.partition("\r\n\r\n")
    return f"{head.split()[1]} {body}"


@pytest.mark.anyio
async def test_the_host_in_a_request_target_counts(base: str, sign: Signer) -> None:
    """A target that is a whole URL is meant for its own host, whatever ``Host`` says (contract 9, 6)."""
    own = replace(sign, base=base)
    here = base.removeprefix("http://")
    other = here.replace("127.0.0.1", "localhost")

    def get(target: str, host: str) -> str:
        return f"GET {target} HTTP/1.1\nHost: {host}\nConnection: close\n\n"

    answers = [
        await answer(base, get(own(MOVIE), "evil.test")),
        await answer(base, get(replace(sign, base=f"http://{other}")(MOVIE), here)),
        await answer(base, get(own(MOVIE).replace(here, "evil.test"), here)),
        await answer(base, get(own("/catalog/titles?term=http%3A%2F%2Fx").removeprefix(base), here)),
    ]

    assert [one.split()[0] for one in answers] == ["200", "200", "421", "200"]
    assert "Host is invalid" in answers[2]


@pytest.mark.anyio
async def test_an_old_request_without_a_host_is_answered(base: str, sign: Signer) -> None:
    """HTTP/1.0 knows no ``Host``; the connection ends with the answer."""
    own = replace(sign, base=base)

    said = await answer(base, f"GET {own(MOVIE).removeprefix(base)} HTTP/1.0\n\n")

    assert said.startswith("200 ")


@pytest.mark.anyio
async def test_what_could_be_read_in_two_ways_is_refused(base: str) -> None:
    """A proxy in front of the origin sees the requests that the origin sees, or none (T32, H9)."""
    answers = await answered(base, AMBIGUOUS)

    told = {
        name: (one[one.rindex(b"HTTP/1.1 ") :][9:12], one.count(b"/next")) for name, one in answers.items()
    }
    assert told == dict.fromkeys(AMBIGUOUS, (b"400", 0))


@pytest.mark.anyio
async def test_idle_connections_are_left_to_those_who_opened_them(
    database: Database, settings: OriginSettings
) -> None:
    """Clients and proxies keep idle connections for up to a minute; who closes first meets no request."""
    assert serving.Server(create_app(database, settings)).config.timeout_keep_alive > 60
