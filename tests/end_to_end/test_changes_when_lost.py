"""What becomes of a change when requests and answers get lost: one row of the table of faults each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis
from starlette.requests import HTTPConnection

from gateway.app import create_app
from gateway.loaders.changes import AddTitle, Change, MoveTitle, RateTitle, RemoveTitle, ReplaceQueue
from gateway.loaders.errors import IdReused, OutcomeUnknown, Unverifiable
from gateway.loaders.outcomes import Changed, Conflict, Outcome, Rated
from gateway.loaders.viewer import Viewer
from gateway.loaders.writes import QUEUE_FAMILIES, Writes
from gateway.origin.demo.credentials import DemoCredentials
from gateway.resources import Kind
from gateway.schema import ids
from gateway.settings import Settings
from gateway.stores.mutations import Key
from gateway.stores.records import StoreUnavailable
from gateway.stores.redis_mutations import RedisLedger
from gateway.stores.sqlite_mutations import SQLiteLedger
from gateway.subscriber import QueueKind
from gateway.upstream.errors import OriginUnreachable
from gateway.upstream.href import Address
from tests.end_to_end.faulty import Fault, Plan, each, nothing, these
from tests.end_to_end.rig import INSTANT_TITLES, URL, Rig, noting, rig_over, tail
from tests.services import REDIS, require_redis

pytestmark = pytest.mark.anyio

INSTANT = QueueKind.INSTANT
JAWS, HOME, RWANDA, STAR, *_ = INSTANT_TITLES
THREE = [tail(href) for href in (JAWS, HOME, RWANDA)]

ADD = AddTitle(kind=INSTANT, title=STAR)
CHANGES: dict[str, tuple[Change, list[str]]] = {
    "add": (ADD, [*THREE, tail(STAR)]),
    "add at a position": (AddTitle(kind=INSTANT, title=STAR, position=2), [THREE[0], tail(STAR), *THREE[1:]]),
    "move": (MoveTitle(kind=INSTANT, title=RWANDA, position=1), [THREE[2], *THREE[:2]]),
    "remove": (RemoveTitle(kind=INSTANT, title=HOME), [THREE[0], THREE[2]]),
    "replace": (ReplaceQueue(titles=(STAR, JAWS)), [tail(STAR), tail(JAWS)]),
}
every_change = pytest.mark.parametrize("name", CHANGES)


@pytest.fixture
async def rig(changing: tuple[str, DemoCredentials], tmp_path: Path) -> AsyncIterator[Rig]:
    """Return a subscriber with three titles in the instant queue."""
    async with rig_over(*changing, tmp_path / "ledger.sqlite3") as made:
        await made.set_queue([JAWS, HOME, RWANDA])
        yield made


def writes_of(name: str, count: int) -> list[str]:
    """Return the verbs of *count* writes of a change."""
    return [{"remove": "DELETE", "replace": "PUT"}.get(name, "POST")] * count


@every_change
async def test_a_change_costs_a_read_and_a_write(name: str, rig: Rig) -> None:
    """Where nothing goes wrong the queue is read once, for what guards the change."""
    change, expected = CHANGES[name]

    outcome = await rig.make(change)

    assert isinstance(outcome, Changed)
    assert await rig.order() == expected
    assert (rig.way.reads, rig.way.writes) == (1, writes_of(name, 1))
    assert rig.written == [(rig.viewer.identity, QUEUE_FAMILIES)]


@every_change
async def test_w1_what_never_left_is_sent_again(name: str, rig: Rig) -> None:
    """A connection that did not come about has carried nothing: it is tried again, without a look."""
    change, expected = CHANGES[name]
    rig.way.plan = these(Fault.UNCONNECTED, Fault.UNCONNECTED)

    assert isinstance(await rig.make(change), Changed)

    assert await rig.order() == expected
    assert (rig.way.reads, rig.way.writes) == (1, writes_of(name, 3))


async def test_an_origin_that_is_away_has_changed_nothing(rig: Rig) -> None:
    """After a few tries the error says so, and nothing is kept: the id is as good as new."""
    rig.way.plan = these(*[Fault.UNCONNECTED] * 3)

    with pytest.raises(OriginUnreachable):
        await rig.make(ADD, "id")

    assert await rig.order() == THREE
    assert isinstance(await rig.make(CHANGES["remove"][0], "id"), Changed)


@every_change
@pytest.mark.parametrize("fault", [Fault.LOST_AFTER, Fault.FAILED_AFTER, Fault.GARBLED])
async def test_w2_w7_what_was_made_is_found(name: str, fault: Fault, rig: Rig) -> None:
    """A reset, a 502 or garbage after the origin made the change: a look finds it, and nothing is sent."""
    change, expected = CHANGES[name]
    rig.way.plan = these(fault)

    outcome = await rig.make(change)

    assert await rig.order() == expected
    assert (rig.way.reads, rig.way.writes) == (2, writes_of(name, 1))
    assert isinstance(outcome, Changed)
    places = [item.position for item in outcome.items or ()]
    assert places == {"add": [4], "add at a position": [2], "move": [1]}.get(name, [])


@every_change
@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.FAILED_BEFORE])
async def test_w3_what_was_not_made_is_sent_once_more(name: str, fault: Fault, rig: Rig) -> None:
    """A look says that the queue is as it was: the change is sent again with the same guard."""
    change, expected = CHANGES[name]
    rig.way.plan = these(fault)

    assert isinstance(await rig.make(change), Changed)

    assert await rig.order() == expected
    assert (rig.way.reads, rig.way.writes) == (2, writes_of(name, 2))


@every_change
async def test_what_comes_late_is_not_made_twice(name: str, rig: Rig) -> None:
    """The first copy arrives after the second was taken: its guard keeps it out."""
    change, expected = CHANGES[name]
    rig.way.plan = these(Fault.LATE)

    assert isinstance(await rig.make(change), Changed)
    await rig.way.deliver()

    assert await rig.order() == expected
    assert rig.way.writes == writes_of(name, 2)


def blind_after(*faults: Fault) -> Plan:
    """Let *faults* happen to writes, and let no read come back once one of them was sent."""
    writes = these(*faults)
    sent: list[str] = []

    def plan(method: str, path: str) -> Fault:
        if method == "GET":
            return Fault.LOST_BEFORE if sent else Fault.NONE
        sent.append(method)
        return writes(method, path)

    return plan


@every_change
@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.LATE])
async def test_w4_what_cannot_be_found_out_is_resolved_by_its_id(name: str, fault: Fault, rig: Rig) -> None:
    """Nothing can be said while no look comes back; the same id says it later, and makes the change once."""
    change, expected = CHANGES[name]
    rig.way.plan = blind_after(fault)

    with pytest.raises(OutcomeUnknown) as raised:
        await rig.make(change, "the id")
    assert raised.value.mutation_id == "the id"
    rig.way.plan = nothing
    outcome = await rig.make(change, "the id")
    await rig.way.deliver()

    assert isinstance(outcome, Changed)
    assert await rig.order() == expected


async def test_w4_a_change_that_became_impossible_conflicts(rig: Rig) -> None:
    """With the tag of its client a change is never made for another queue, even when its id is repeated."""
    before = (await rig.queue()).etag
    change = AddTitle(kind=INSTANT, title=STAR, if_match=before)
    rig.way.plan = blind_after(Fault.LOST_BEFORE)
    with pytest.raises(OutcomeUnknown):
        await rig.make(change, "id")
    await rig.somebody_else_adds(INSTANT_TITLES[5])
    rig.way.plan = nothing

    outcome = await rig.make(change, "id")

    now = await rig.queue()
    assert outcome == Conflict(kind=INSTANT, expected=before, actual=now.etag)
    assert len(now.items) == 4


async def test_w4_another_node_finds_out_as_well(rig: Rig) -> None:
    """What a change was sent for is known to every gateway that shares the Redis server."""
    require_redis()
    prefix = f"test:{token_hex(8)}:"
    async with Redis.from_url(REDIS) as redis:
        nodes = [Writes(rig.upstream, RedisLedger(redis, prefix=prefix), noting([])) for _ in range(2)]
        rig.writes, rig.way.plan = nodes[0], blind_after(Fault.LOST_AFTER)
        with pytest.raises(OutcomeUnknown):
            await rig.make(ADD, "id")
        rig.writes, rig.way.plan = nodes[1], nothing

        assert isinstance(await rig.make(ADD, "id"), Changed)

        await redis.delete(*[name async for name in redis.scan_iter(f"{prefix}*")])
    assert await rig.order() == [*THREE, tail(STAR)]


@pytest.mark.parametrize("has_tag", [False, True])
async def test_w5_of_many_at_once_each_is_made_or_told(has_tag: bool, rig: Rig) -> None:  # noqa: FBT001
    """Whoever says which queue they saw conflicts when it is another; others go on while it makes sense."""
    tag = (await rig.queue()).etag if has_tag else None
    titles = INSTANT_TITLES[3:]

    outcomes = await asyncio.gather(
        *(rig.make(AddTitle(kind=INSTANT, title=title, if_match=tag)) for title in titles)
    )

    made = [title for title, outcome in zip(titles, outcomes, strict=True) if isinstance(outcome, Changed)]
    told = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert len(made) + len(told) == len(titles)
    assert len(made) == 1 if has_tag else len(made) >= 3
    order = await rig.order()
    assert sorted(order) == sorted([*THREE, *map(tail, made)])
    assert all(conflict.actual != conflict.expected for conflict in told)


async def test_w6_an_id_has_one_outcome(rig: Rig) -> None:
    """Repeated with the same arguments it has the outcome of then, at no cost; with others it is refused."""
    first = await rig.make(ADD, "id")
    await rig.straight_write("DELETE", (await rig.queue()).items[-1].href)
    cost = len(rig.way.sent)

    assert await rig.make(ADD, "id") == first
    with pytest.raises(IdReused):
        await rig.make(AddTitle(kind=INSTANT, title=STAR, position=1), "id")

    assert len(rig.way.sent) == cost
    assert await rig.order() == THREE


async def test_w6_an_id_that_is_repeated_at_once_is_made_once(rig: Rig) -> None:
    """A client that lost its patience gets what comes of its first request."""
    outcomes = await asyncio.gather(*(rig.make(ADD, "id") for _ in range(5)))

    assert outcomes == [outcomes[0]] * 5
    assert rig.way.writes == ["POST"]
    assert await rig.order() == [*THREE, tail(STAR)]


async def test_w8_an_old_look_is_not_believed(rig: Rig) -> None:
    """The origin says that the tag is an old one while a look still shows it: it is looked at again."""
    rig.way.plan = each(
        {
            "GET": these(Fault.NONE, Fault.STALE, Fault.STALE, writes=False),
            "POST": these(Fault.LOST_AFTER),
        }
    )
    outcome = await rig.make(ADD)

    assert isinstance(outcome, Changed)
    assert await rig.order() == [*THREE, tail(STAR)]


async def test_a_client_that_leaves_stops_nothing(rig: Rig) -> None:
    """A change that was begun is brought to its end, and its id says how."""
    making = asyncio.create_task(rig.make(ADD, "id"))
    await rig.way.first.wait()
    making.cancel()
    await asyncio.gather(making, return_exceptions=True)

    outcome = await rig.make(ADD, "id")

    assert isinstance(outcome, Changed)
    assert rig.way.writes == ["POST"]


async def test_a_queue_without_a_tag_is_not_changed(rig: Rig) -> None:
    """Nothing would guard the change, so it could undo what somebody else did."""
    bare = httpx.ByteStream(b"<queue></queue>")
    rig.way.origin = httpx.MockTransport(lambda _: httpx.Response(200, stream=bare))

    with pytest.raises(Unverifiable):
        await rig.make(ADD)

    assert rig.way.writes == []


class Forgetful(SQLiteLedger):
    """A ledger that is away by the time when an outcome is known."""

    async def settle(self, key: Key, holder: str, outcome: bytes) -> bool:  # noqa: ARG002
        """Keep nothing."""
        raise StoreUnavailable("gone")


async def test_an_outcome_that_cannot_be_kept_is_told(rig: Rig) -> None:
    """The change was made, and nobody gains by not hearing of it."""
    ledger = Forgetful()
    await ledger.open()
    rig.writes = Writes(rig.upstream, ledger, noting([]))

    assert isinstance(await rig.make(ADD), Changed)

    await ledger.close()


async def test_without_a_ledger_nothing_is_sent(rig: Rig) -> None:
    """A change that could not be found out about later is not begun."""
    await rig.ledger.close()

    with pytest.raises(StoreUnavailable):
        await rig.make(ADD)

    assert rig.way.sent == []


RATINGS = {"give": ("no_opinion", "4"), "change": ("2", "not_interested"), "take back": ("5", "no_opinion")}


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in (Fault.STALE, Fault.LATE)])
@pytest.mark.parametrize("name", RATINGS)
async def test_a_rating_is_given_whatever_is_lost(name: str, fault: Fault, rig: Rig) -> None:
    """It has no guard and needs none; a look says whether it is there."""
    before, after = RATINGS[name]
    await rig.make(RateTitle(title=JAWS, opinion=before))
    rig.way.plan = these(fault)

    outcome: Outcome = await rig.make(RateTitle(title=JAWS, opinion=after))

    assert outcome == Rated(title=JAWS)
    rating = await rig.rating(JAWS)
    given = "not_interested" if rating.is_not_interested else str(rating.user or "no_opinion")
    assert given == after


async def test_a_rating_that_is_there_is_not_written(rig: Rig) -> None:
    """Saying again what was said costs a look."""
    await rig.make(RateTitle(title=JAWS, opinion="4"))
    rig.way.sent.clear()

    await rig.make(RateTitle(title=JAWS, opinion="4"))

    assert (rig.way.reads, rig.way.writes) == (1, [])


async def test_a_rating_whose_look_is_lost_is_resolved_by_its_id(rig: Rig) -> None:
    """As with queues, nothing is said that is not known."""
    await rig.make(RateTitle(title=JAWS, opinion="no_opinion"))
    rig.way.plan = blind_after(Fault.LOST_BEFORE)
    with pytest.raises(OutcomeUnknown):
        await rig.make(RateTitle(title=JAWS, opinion="5"), "id")
    rig.way.plan = nothing

    assert await rig.make(RateTitle(title=JAWS, opinion="5"), "id") == Rated(title=JAWS)

    assert (await rig.rating(JAWS)).user == 5


async def test_w4_what_is_not_known_is_an_error_of_its_own_field(rig: Rig) -> None:
    """It has a code and the id to repeat, and what stands beside it has its data."""
    rig.way.plan = blind_after(Fault.LOST_AFTER)
    query = """mutation ($id: ID!) {
        lost: addToQueue(input: {kind: INSTANT, titleId: $id, clientMutationId: "tap-17"}) { __typename }
        viewer: __typename
    }"""

    async with graph_over(rig) as ask:
        unknown = await ask(query, id=STAR_ID)
        rig.way.plan = nothing
        known = await ask(query, id=STAR_ID)

    assert unknown["data"] == {"lost": None, "viewer": "Mutation"}
    (error,) = unknown["errors"]
    assert error["path"] == ["lost"]
    assert error["extensions"] == {"code": "OUTCOME_UNKNOWN", "clientMutationId": "tap-17"}
    assert known["data"]["lost"] == {"__typename": "QueueChanged"}
    assert await rig.order() == [*THREE, tail(STAR)]


STAR_ID = ids.encode(Address(Kind.MOVIE, (tail(STAR),)))


@asynccontextmanager
async def graph_over(rig: Rig) -> AsyncIterator[Callable[..., Awaitable[Any]]]:
    """Run a gateway on the rig's way; give what asks it on behalf of the rig's subscriber."""

    async def known(_request: HTTPConnection) -> Viewer | None:
        return rig.viewer

    settings = Settings(
        origin_url=URL,
        consumer_key=rig.consumer.key,
        consumer_secret=rig.consumer.secret,
        calls_per_second=1_000,
    )
    app = create_app(
        settings, open_pool=lambda _limits: httpx.AsyncClient(transport=rig.way), authenticate=known
    )
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test") as http,
    ):

        async def ask(query: str, **variables: object) -> Any:  # noqa: ANN401 - JSON
            return (await http.post("/graphql", json={"query": query, "variables": variables})).json()

        yield ask
