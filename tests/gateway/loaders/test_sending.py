"""What fails: it is asked for again within bounds, and keeps nothing from those who come after."""

import asyncio

import pytest

from gateway.loaders.window import Window
from gateway.upstream.errors import OriginRefused, UpstreamError
from gateway.upstream.quota.meter import Allowance
from gateway.upstream.reader import Reader
from tests.gateway.documents import status
from tests.gateway.loaders.fetcher import fetcher_over
from tests.gateway.loaders.test_fetching import SYNOPSIS, TWO, operation, wants
from tests.gateway.wire import Raw, Wire

pytestmark = pytest.mark.anyio


async def test_what_is_not_there_is_no_failure_of_the_origin(reader: Reader, wire: Wire) -> None:
    """However many titles it does not have, it is asked for the next one (D7)."""
    window = Window(fetcher_over(reader))

    answers = [(await window.fetch(wants(number), operation()))[0] for number in range(100, 125)]

    assert [type(answer) for answer in answers] == [OriginRefused] * 25
    assert len(wire.requests) == 25


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 412])
async def test_what_is_refused_is_refused(reader: Reader, wire: Wire, code: int) -> None:
    """Only what fails for a moment is asked for again (D1, D6)."""
    window = Window(fetcher_over(reader, attempts=3))
    wire.raw[SYNOPSIS(1)] = Raw(status(code, "No").encode(), code)

    (answer,) = await window.fetch(wants(1), operation())

    assert isinstance(answer, OriginRefused)
    assert len(wire.requests) == 1


async def test_of_many_failures_few_are_asked_for_again(reader: Reader, wire: Wire) -> None:
    """Of twelve reads that fail at once three wait to be made once more; the others are told (T26)."""
    window = Window(fetcher_over(reader, entries=1, attempts=3))
    for number in range(12):
        wire.raw[SYNOPSIS(number)] = Raw(b"", 503, {"retry-after": "60"})
    waiting = {asyncio.create_task(window.fetch(wants(number), operation(100))) for number in range(12)}
    told: set[asyncio.Task[object]] = set()

    async with asyncio.timeout(5):
        while len(told) < 9:
            done, _ = await asyncio.wait(waiting - told, return_when=asyncio.FIRST_COMPLETED)
            told |= done

    assert (len(told), len(wire.requests)) == (9, 12)
    await window.close()
    await asyncio.wait(waiting)


@pytest.mark.parametrize("raw", [Raw(b"", 500), Raw(b"<"), Raw(status(404).encode(), 404)])
async def test_a_request_that_fails_gives_its_permits_back(reader: Reader, wire: Wire, raw: Raw) -> None:
    """A second after its answer, as any other (U19)."""
    now = 0.0
    allowance = Allowance(per_second=1, per_day=100)
    window = Window(fetcher_over(reader, allowance=allowance, clock=lambda: now))
    wire.raw[SYNOPSIS(1)] = raw

    (answer,) = await window.fetch(wants(1), operation())
    now = 1.5

    assert isinstance(answer, UpstreamError)
    assert await window.fetch(wants(2), operation()) == [TWO]
