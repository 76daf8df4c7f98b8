"""A want is loaded once an operation; whoever fails or goes away takes nobody along."""

import asyncio
from dataclasses import replace

import pytest

from gateway import relations
from gateway.loaders.levels import Operation
from gateway.loaders.loader import ResourceLoader
from gateway.loaders.wants import Want
from gateway.loaders.window import Window
from gateway.resources import Href, Text
from gateway.upstream.errors import DeadlineExceeded, OriginRefused
from gateway.upstream.identity import PUBLIC, Identity
from gateway.upstream.signing import Credentials
from tests.gateway.documents import address
from tests.gateway.loaders.conftest import MOVIES
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

SYNOPSIS = "/catalog/titles/movies/{}/synopsis".format
ONE, TWO, THREE = (Text(f"About film {number}.") for number in (1, 2, 3))


def want(number: int) -> Want:
    """Return the want of a film's synopsis."""
    return Want(PUBLIC, Href(address(SYNOPSIS(number))), relations.SYNOPSIS)


@pytest.fixture
async def loader(window: Window) -> ResourceLoader:
    """Return the loader of an operation that has five seconds."""
    return ResourceLoader(window, Operation(asyncio.get_running_loop().time() + 5))


async def test_a_want_is_loaded_once(loader: ResourceLoader, wire: Wire) -> None:
    """Asked for twice at once and once more later, a resource is fetched once."""
    at_once = await asyncio.gather(loader.load(want(1)), loader.load(want(1)))
    later = await loader.load(want(1))

    assert [*at_once, later] == [ONE, ONE, ONE]
    assert wire.requests == [[SYNOPSIS(1)]]


async def test_parts_wanted_at_once_are_asked_for_together(loader: ResourceLoader, wire: Wire) -> None:
    """One want of two with other parts goes out once, with the parts of both; nobody asks again later."""
    film = Want(PUBLIC, Href(address(MOVIES[0])), relations.TITLE)
    cast, synopsis, nothing = (
        replace(film, parts=frozenset(parts)) for parts in (["cast"], ["synopsis", "awards"], [])
    )

    await asyncio.gather(loader.load(cast), loader.load(nothing), loader.load(synopsis))
    await loader.load(replace(film, parts=frozenset({"similars"})))

    assert wire.expansions == [{MOVIES[0]: "@awards,@cast,@synopsis"}]


async def test_parts_wanted_while_the_level_is_open_go_along(loader: ResourceLoader, wire: Wire) -> None:
    """Parts that are asked for a few turns later still travel with the level."""
    film = Want(PUBLIC, Href(address(MOVIES[0])), relations.TITLE)

    first = loader.load(film)
    for _ in range(3):  # one to hand it on, one to open the window, one that is quiet
        await asyncio.sleep(0)
    await asyncio.gather(first, loader.load(replace(film, parts=frozenset({"cast"}))))

    assert wire.expansions == [{MOVIES[0]: "@cast"}]


async def test_identities_do_not_meet(loader: ResourceLoader, wire: Wire) -> None:
    """The same address on behalf of two subscribers is two resources, each signed with its own token."""
    subscribers = [
        Want(Identity(name), want(1).href, relations.SYNOPSIS, token=Credentials(name, "word"))
        for name in ("ann", "ben")
    ]

    await asyncio.gather(*map(loader.load, subscribers))

    [received] = wire.received
    assert ["oauth_token=ann" in received.addresses[0], "oauth_token=ben" in received.addresses[1]] == [
        True,
        True,
    ]
    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(1)]]


async def test_a_failure_fails_its_own_want(loader: ResourceLoader, wire: Wire) -> None:
    """One bad entry leaves the other its answer."""
    wire.statuses[SYNOPSIS(1)] = 500

    answers = await asyncio.gather(loader.load(want(1)), loader.load(want(2)), return_exceptions=True)

    assert [str(answers[0]), answers[1]] == [str(OriginRefused(want(1).href, 500)), TWO]


async def test_a_failed_want_may_be_loaded_again(loader: ResourceLoader, wire: Wire) -> None:
    """Only answers are kept: a want that failed is asked for anew in the same operation."""
    wire.statuses[SYNOPSIS(1)] = 500
    with pytest.raises(OriginRefused):
        await loader.load(want(1))
    del wire.statuses[SYNOPSIS(1)]

    assert await loader.load(want(1)) == ONE
    assert wire.requests == [[SYNOPSIS(1)], [SYNOPSIS(1)]]


async def test_who_goes_away_takes_nobody_along(loader: ResourceLoader, wire: Wire) -> None:
    """A waiter that is cancelled leaves those who wait for the same want and for others their answers."""
    held = wire.hold(SYNOPSIS(1))
    leaving, same, other = loader.load(want(1)), loader.load(want(1)), loader.load(want(2))
    await wire.arrived(1)

    leaving.cancel()
    held.set()

    assert [await same, await other] == [ONE, TWO]
    assert await loader.load(want(1)) == ONE
    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(2)]]


async def test_a_cancelled_batch_leaves_nobody_waiting(loader: ResourceLoader, wire: Wire) -> None:
    """When the batch itself is cancelled, its waiters get an error, and may ask again."""
    held = wire.hold(SYNOPSIS(1))
    waiting = loader.load(want(1))
    await wire.arrived(1)

    for task in asyncio.all_tasks():
        if "dispatch_queue_batch" in repr(task.get_coro()):
            task.cancel()

    with pytest.raises(DeadlineExceeded):
        await asyncio.wait_for(waiting, 5)
    held.set()
    assert await loader.load(want(1)) == ONE


async def test_who_runs_out_of_time_is_told_how_much_there_was(window: Window, wire: Wire) -> None:
    """However many operations wait for the same answer: each has its own time, and one more to change."""
    now = asyncio.get_running_loop().time()
    operation = Operation(now + 0.05, began=now - 1.95, changes_until=now + 3.05)
    loader = ResourceLoader(window, operation)
    wire.hold(SYNOPSIS(1))

    with pytest.raises(DeadlineExceeded, match=r"may take at most 2 s\.$"):
        await loader.load(want(1))
    operation.begin_change()
    assert str(operation.too_late()).endswith("may take at most 5 s.")


@pytest.mark.parametrize("is_cancelled", [True, False])
async def test_a_failure_that_nobody_waits_for_is_quiet(
    loader: ResourceLoader, wire: Wire, *, is_cancelled: bool
) -> None:
    """A failure after its waiter went away is no error of the loop, which anyio would raise here."""
    held = wire.hold(SYNOPSIS(1))
    wire.statuses[SYNOPSIS(1)] = 500
    leaving = loader.load(want(1))
    await wire.arrived(1)

    if is_cancelled:
        leaving.cancel()
    del leaving
    held.set()
    with pytest.raises(OriginRefused):
        await loader.load(want(1))

    assert wire.requests == [[SYNOPSIS(1)]]
