"""When there is no way to the origin, or no room on it: it is said soon, and well again soon after."""

import asyncio
import socket
from collections.abc import Mapping
from typing import Final

import pytest

from gateway.upstream.breaker import Tripping
from gateway.upstream.bulkheads import Room
from tests.faults import documents, transport
from tests.faults.cells import GRACE
from tests.faults.exchange import Asked
from tests.faults.loops import settled
from tests.faults.operations import OPERATIONS, Operation
from tests.faults.origin import Origin
from tests.faults.proxy import Fault, Line, bound
from tests.faults.rig import ATTEMPT, TRIPPING, House, Reply

pytestmark = pytest.mark.anyio

AT_ONCE: Final = 40
PLACES: Final = Room().requests
UNAVAILABLE: Final = {"UPSTREAM_UNAVAILABLE"}


def search(number: int = 0) -> Operation:
    """Return a search of its own."""
    return Operation("search", f'{{ __typename titles(search: "love {number}", first: 1) {{ totalCount }} }}')


def codes(reply: Reply) -> set[str]:
    """Return the codes of an answer."""
    return {error["extensions"]["code"] for error in reply.errors}


async def test_nobody_listens_and_then_somebody_does(house: House) -> None:
    """A refused connection is told at once (U1); soon after the origin is back all is well again (U20)."""
    address = bound()
    url = f"http://127.0.0.1:{address.getsockname()[1]}"
    async with house.rig(origin_url=url, origin_timeout=5, operation_timeout=20) as rig:
        replies = [await rig.ask(search(number)) for number in range(10)]
        assert [codes(reply) for reply in replies] == [UNAVAILABLE] * 10
        assert rig.breaker.is_open
        assert rig.calls == 0, "what never left was counted"

        async with house.origin(at=address) as proxy:
            await asyncio.sleep(TRIPPING.open_for)
            reply = await rig.ask(search())

            assert (codes(reply), len(proxy.asked)) == (set(), 1)
            assert not rig.breaker.is_open


async def test_there_is_no_herd(house: House) -> None:
    """Of many who wait for the origin to be back a few try it; until it is, the others are told."""
    async with house.rig(operation_timeout=5) as rig:
        rig.trip()
        rig.proxy.plan = lambda _asked: ("silence", transport.silence)
        await asyncio.sleep(TRIPPING.open_for)

        replies = await asyncio.gather(*(rig.ask(search(number)) for number in range(AT_ONCE)))

        assert len(rig.proxy.asked) <= TRIPPING.probes
        assert all(codes(reply) for reply in replies)


async def test_a_black_hole_is_left(house: House) -> None:
    """A connection that does not come about is given up within the time of an attempt (U2)."""
    with bound() as full, socket.socket() as first:
        full.listen(0)
        first.connect(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        async with house.rig(origin_url=url, attempts=1, operation_timeout=20) as rig:
            reply = await rig.ask(search())

    assert codes(reply) <= {"UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT"}
    assert reply.errors
    assert reply.seconds < 10 * ATTEMPT


async def test_who_finds_no_room_is_told(house: House) -> None:
    """With every place taken by what is stuck another does not wait for it (U19); and all come back."""
    gate = asyncio.Event()

    async def stuck(asked: Asked, origin: Origin, line: Line) -> bool:
        await gate.wait()
        await line.say((await origin.ask(asked)).encode())
        return True

    async with house.rig(origin_timeout=60, operation_timeout=60) as rig:
        rig.proxy.plan = lambda _asked: ("stuck", stuck)
        waiting = []
        for number in range(PLACES):
            waiting.append(asyncio.create_task(rig.ask(search(number))))
            assert await settled(lambda: len(rig.proxy.asked) == len(waiting), 20)
        told = await rig.ask(search(PLACES))
        gate.set()
        replies = await asyncio.gather(*waiting)
        again = await rig.ask(search(PLACES))

        assert codes(told) == {"OVERLOADED"}
        assert [codes(reply) for reply in (*replies, again)] == [set()] * (PLACES + 1)
        assert len(rig.proxy.asked) == PLACES + 1
        assert rig.held() == []


BROWN_OUTS: Final[Mapping[str, Fault]] = {
    "500": documents.bare(500),
    "503": documents.bare(503),
    "silence": transport.silence,
    "resets": transport.reset(after="request"),
    "half an answer": transport.reset(after="body"),
    "drops": transport.dripping(headers=True, pause=0.5),
}


@pytest.mark.verify
@pytest.mark.parametrize("tripping", [Tripping(), TRIPPING], ids=["as it is", "trying often"])
@pytest.mark.parametrize("fault", BROWN_OUTS)
async def test_a_brown_out_costs_hardly_more_calls(house: House, fault: str, tripping: Tripping) -> None:
    """While every request fails, at most 1.2 calls are made for each that would have been (G13)."""
    people, questions = 8, 25
    async with house.rig(tripping=tripping, operation_timeout=5) as rig:
        rig.proxy.plan = lambda _asked: (fault, BROWN_OUTS[fault])

        async def ask(who: int) -> None:
            for number in range(questions):
                await rig.ask(search(who * questions + number))

        await asyncio.gather(*map(ask, range(people)))
        in_trouble = rig.proxy.calls

    assert in_trouble <= 1.2 * people * questions
    assert in_trouble >= tripping.fewest


async def test_a_change_has_more_time(house: House) -> None:
    """What became of it is looked for when a question would have been given up."""
    change = next(each for each in OPERATIONS if each.is_change)
    async with house.rig(operation_timeout=0.6, change_timeout=1.2, origin_timeout=5) as rig:
        rig.proxy.plan = lambda _asked: ("silence", transport.silence)
        read = await rig.ask(search())
        changed = await rig.ask(change)

    assert codes(read) == {"UPSTREAM_TIMEOUT"}
    assert 0.55 <= read.seconds <= 0.6 + GRACE
    assert codes(changed) <= {"UPSTREAM_TIMEOUT", "OUTCOME_UNKNOWN"}
    assert changed.errors
    assert 1.15 <= changed.seconds <= 1.2 + GRACE
