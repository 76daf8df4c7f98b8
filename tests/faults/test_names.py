"""A name of the origin that is not found, or no longer what it was (U3)."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from tests.faults.loops import Find, Loop
from tests.faults.rig import DEADLINE, House
from tests.faults.test_connections import codes, search

pytestmark = pytest.mark.anyio


@contextmanager
def found_by(find: Find) -> Iterator[None]:
    """Have names found by *find*."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Loop)
    loop.find = find
    try:
        yield
    finally:
        loop.find = None


async def _nobodys(_name: str) -> Sequence[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


async def _troubled(_name: str) -> Sequence[str]:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


async def _silent(_name: str) -> Sequence[str]:
    await asyncio.Event().wait()
    return []


async def _without(_name: str) -> Sequence[str]:
    raise socket.gaierror(socket.EAI_NODATA, "No address associated with hostname")


@pytest.mark.parametrize("find", [_nobodys, _troubled, _silent, _without])
async def test_an_origin_that_is_not_found_is_told(
    find: Callable[[str], Awaitable[Sequence[str]]], house: House
) -> None:
    """No such name, no answer of the server, silence, and a name without an address."""
    with found_by(find):
        async with house.rig(origin_url="http://origin.test:9") as rig:
            reply = await rig.ask(search())

    expected = {"UPSTREAM_UNAVAILABLE"} | ({"UPSTREAM_TIMEOUT"} if find is _silent else set())
    assert reply.errors
    assert codes(reply) <= expected
    assert reply.seconds <= DEADLINE + 0.25
    assert reply.body["data"] == {"__typename": "Query", "titles": None}


async def test_a_name_that_is_found_again_is_asked(house: House) -> None:
    """What was not found is looked for anew."""
    found: list[str] = []

    async def find(_name: str) -> Sequence[str]:
        if not found:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return found

    async with house.origin() as proxy:
        port = proxy.url.rpartition(":")[2]
        with found_by(find):
            async with house.gateway(proxy, origin_url=f"http://origin.test:{port}") as rig:
                before = await rig.ask(search(1))
                found.append("127.0.0.1")
                after = await rig.ask(search(2))

    assert codes(before) == {"UPSTREAM_UNAVAILABLE"}
    assert len(proxy.asked) == 1
    assert "UPSTREAM_UNAVAILABLE" not in codes(after)


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1"])
async def test_a_name_that_turns_private_is_not_asked(
    address: str, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """In our own network the origin is not, whoever says so: nothing is connected to, and it is told."""
    found = ["127.0.0.1"]

    async def find(_name: str) -> Sequence[str]:
        return found

    async with house.origin() as proxy:
        url = f"http://origin.test:{proxy.url.rpartition(':')[2]}"
        with found_by(find), caplog.at_level(logging.WARNING):
            async with house.gateway(proxy, origin_url=url, origin_networks=("127.0.0.0/8",)) as rig:
                before = await rig.ask(search(1))
            found[:] = [address]
            connections = proxy.accepted
            async with house.gateway(proxy, origin_url=url, origin_networks=("public",)) as rig:
                after = await rig.ask(search(2))

    assert "UPSTREAM_UNAVAILABLE" not in codes(before)
    assert connections > 0
    assert codes(after) == {"UPSTREAM_UNAVAILABLE"}
    assert proxy.accepted == connections
    assert (
        f"The origin is at {address}, which is not in GATEWAY_ORIGIN_NETWORKS; not asked." in caplog.messages
    )


async def test_of_several_addresses_those_are_asked_that_may_be(house: House) -> None:
    """One that leads elsewhere does not hide the others."""

    async def find(_name: str) -> Sequence[str]:
        return ["169.254.169.254", "127.0.0.1"]

    async with house.origin() as proxy:
        url = f"http://origin.test:{proxy.url.rpartition(':')[2]}"
        with found_by(find):
            async with house.gateway(proxy, origin_url=url, origin_networks=("127.0.0.0/8",)) as rig:
                reply = await rig.ask(search(3))

    assert "UPSTREAM_UNAVAILABLE" not in codes(reply)
    assert len(proxy.asked) == 1
