"""Secrets are in no log line, trace, metric, answer and cache, whatever goes wrong."""

import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest
from prometheus_client import Counter

from gateway.origin.demo.credentials import Person
from gateway.resources import Href, Text
from gateway.upstream.caching.entries import Entry, Key
from gateway.upstream.identity import PUBLIC
from tests.faults.canaries import CHANNELS, Canaries, released, sign_in
from tests.faults.cells import Cell, all_cells
from tests.faults.operations import OPERATIONS, Operation
from tests.faults.proxy import Proxy, healthy
from tests.faults.rig import House, Rig
from tests.faults.rows import ROWS
from tests.faults.test_matrix import judge, shuffled

pytestmark = pytest.mark.anyio

CELLS: Final = 60
FEEDS: Final = Operation("feeds", "{ viewer { firstName feeds { rel url } } }", is_personal=True)
MIXED: Final = next(each for each in OPERATIONS if each.name == "mixed")
SHARED: Final = 5
"""Rows over Redis."""
QUICK: Final = [row for row in ROWS if not row.startswith(("U5", "U6", "U7", "U12", "D4", "D5", "D12"))]
"""Those by which nobody has to wait."""


@pytest.fixture
async def canaries(house: House) -> AsyncIterator[Canaries]:
    """Return what listens, with everybody signed in."""
    with released(house) as listening:
        records = await sign_in(listening)
        yield listening
        await records.close()


async def _judged(canaries: Canaries, cells: Sequence[Cell], enough: int) -> None:
    """Run *cells*; nothing may leak, and something has to be heard on every channel."""
    logging.getLogger("a.library").debug("Everything is heard.")

    verdicts = await judge(canaries.house, cells, enough)

    canaries.said["answers"] += [verdict.answer for verdict in verdicts.values()]
    assert canaries.leaks() == []
    assert sum("errors" in answer for answer in canaries.said["answers"]) > enough / 4
    levels = {text.partition(" ")[0] for text in canaries.said["logs"]}
    assert levels >= {"DEBUG", "INFO", "WARNING", "ERROR"}
    assert {channel for channel, said in canaries.said.items() if any(said)} == {*CHANNELS} - {"redis"}
    assert len(canaries.said["traces"]) > enough


async def test_no_secret_is_said(canaries: Canaries) -> None:
    """Over a hundred faults, with all logged that the gateway ever lets be logged, before it is redacted."""
    await _judged(canaries, shuffled(all_cells()), CELLS)


@pytest.mark.verify
async def test_no_secret_is_said_whatever_fails(canaries: Canaries) -> None:
    """Over the whole matrix."""
    await _judged(canaries, all_cells(), len(all_cells()))


async def _ask_over_redis(canaries: Canaries, redis_url: str, rows: Sequence[str]) -> None:
    """Have everybody ask while each of *rows* happens, and hear what Redis holds after each."""
    house = canaries.house
    async with house.origin() as proxy:
        async with house.gateway(proxy, redis_url=redis_url, origin_timeout=30, operation_timeout=60) as rig:
            for who in house.credentials.subscribers:
                await _note_feeds(canaries, rig, who)
            for operation in OPERATIONS:
                await rig.ask(operation)
        for row in rows:
            await _strike(canaries, row, proxy, redis_url)
        await canaries.dump_redis(redis_url)
    assert len(proxy.served) > 0.8 * len(rows)
    assert canaries.leaks() == []
    assert len(canaries.said["redis"]) > 10


async def _strike(canaries: Canaries, row: str, proxy: Proxy, redis_url: str) -> None:
    fault = ROWS[row].make()
    async with canaries.house.gateway(proxy, redis_url=redis_url) as rig:
        proxy.plan = lambda asked: (row, fault) if ROWS[row].which(asked) else None
        for who in canaries.house.credentials.subscribers:
            rig.headers = _passes(canaries, who)
            for operation in (FEEDS, MIXED):
                reply = await rig.ask(operation)
                strangers = [each for each in canaries.house.credentials.subscribers if each != who]
                said = str(reply)
                assert [each.name for each in strangers if each.user_id in said] == []
                assert [what for what, secret in _feeds(canaries, strangers) if secret in said] == []
                if operation is not FEEDS:
                    canaries.said["answers"].append(said)
        proxy.plan = healthy


async def _note_feeds(canaries: Canaries, rig: Rig, who: Person) -> None:
    """Ask for the feeds of *who* without a fault; their tokens are secret from then on."""
    rig.headers = _passes(canaries, who)
    reply = await rig.ask(FEEDS)
    viewer = reply.body["data"]["viewer"]
    assert viewer["firstName"] == who.name
    tokens = [parse_qs(urlsplit(each["url"]).query)["feed_token"][0] for each in viewer["feeds"]]
    assert tokens
    canaries.secrets |= {f"{who.name}'s feed token {number}": each for number, each in enumerate(tokens)}


def _passes(canaries: Canaries, who: Person) -> Mapping[str, str]:
    assert canaries.house.doors is not None
    return canaries.house.doors.passes[who.user_id]


def _feeds(canaries: Canaries, people: Sequence[Person]) -> list[tuple[str, str]]:
    names = tuple(f"{each.name}'s feed token" for each in people)
    return [(what, secret) for what, secret in canaries.secrets.items() if what.startswith(names)]


async def test_no_secret_is_kept_for_all_nodes(canaries: Canaries, redis_url: str) -> None:
    """What is in Redis after faults holds no secret, and nobody is told anything of anybody else's."""
    await _ask_over_redis(canaries, redis_url, QUICK[1 :: len(QUICK) // SHARED])


@pytest.mark.verify
async def test_no_secret_is_kept_for_all_nodes_whatever_fails(canaries: Canaries, redis_url: str) -> None:
    """After every kind of fault."""
    await _ask_over_redis(canaries, redis_url, [row for row in ROWS if not row.startswith("D5")])


def _log(_canaries: Canaries, secret: str) -> None:
    logging.getLogger("a.library").debug("Sending %s", {"token": secret})


def _send(_canaries: Canaries, secret: str) -> None:
    logging.getLogger("httpcore.http11").debug("send_request_headers %s", secret)


def _raise(_canaries: Canaries, secret: str) -> None:
    error = ValueError(secret)
    logging.getLogger("a.library").error("It went wrong.", exc_info=error)


def _trace(canaries: Canaries, secret: str) -> None:
    canaries.tracer.start_span("upstream", attributes={"url": f"http://o.test/?oauth_token={secret}"}).end()


def _count(canaries: Canaries, secret: str) -> None:
    Counter("leaks", "What leaks.", ["what"], registry=canaries.metrics.registry).labels(secret).inc()


def _answer(canaries: Canaries, secret: str) -> None:
    canaries.said["answers"].append(f"{{'errors': [{{'message': 'No {secret}.'}}]}}")


@pytest.mark.parametrize(
    ("leak", "channel"),
    [
        (_log, "logs"),
        (_raise, "logs"),
        (_send, "wire"),
        (_trace, "traces"),
        (_count, "metrics"),
        (_answer, "answers"),
    ],
)
async def test_a_leak_is_heard(
    leak: Callable[[Canaries, str], None], channel: str, canaries: Canaries
) -> None:
    """What is said once, anywhere, is found."""
    assert canaries.leaks() == []

    leak(canaries, canaries.secrets["Ann's token"])

    assert canaries.leaks() == [f"Ann's token in {channel}"]


@pytest.mark.parametrize("channel", ["memory", "redis"])
async def test_what_is_kept_is_heard(channel: str, canaries: Canaries, redis_url: str) -> None:
    """A secret in a representation is found where representations are kept."""
    synopsis = Text(canaries.secrets["Ann's cookie"])
    async with canaries.house.rig(redis_url=redis_url if channel == "redis" else None) as rig:
        place = rig.fetcher._shelf._place  # noqa: SLF001 - what is kept there by mistake
        await place.put({Key(PUBLIC, Href("http://o.test/planted")): Entry(synopsis, time.time(), 5, 5)})
    await canaries.dump_redis(redis_url)

    assert canaries.leaks() == [f"Ann's cookie in {channel}"]
