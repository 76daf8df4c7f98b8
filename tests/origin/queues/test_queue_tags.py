"""The tag of a queue as a precondition, and what time does to a queue."""

import pytest

from gateway.origin.database import Database

from . import shop
from .conftest import put
from .program import DELETED, DONE, STALE, Acting, Program, told
from .shop import AMELIE, BARE, BOB, DAN, DISC_3, FIREFLY, JAWS, TOTORO, TRIANGLE

pytestmark = pytest.mark.anyio


@pytest.fixture
def url(any_url: str) -> str:
    """Try it on every kind of database."""
    return any_url


async def test_the_tag_must_be_that_of_the_queue(ann: Program) -> None:
    """A change goes through with the current tag, however it is dressed, and not with an older one."""
    await ann.post("disc", TOTORO, etag="0")
    first = await ann.tag("disc")

    stale = await ann.post("disc", AMELIE, etag="0")
    fresh = await ann.post("disc", AMELIE, etag=f'"{first}"-gzip')
    late = await ann.post("disc", JAWS, etag=first)
    empty = await ann.post("disc", JAWS, etag="")

    assert [told(answer) for answer in (stale, fresh, late, empty)] == [STALE, DONE, STALE, DONE]


async def test_the_tag_may_stand_in_a_header(ann: Program) -> None:
    """The condition of HTTP holds as the parameter does, for a list of tags and for any tag as well."""
    await ann.post("disc", TOTORO)
    tag = await ann.tag("disc")

    answers = [
        await ann.post("disc", AMELIE, if_match='"123456789012"'),
        await ann.post("disc", AMELIE, if_match=f'"123456789012", "{tag}"'),
        await ann.delete(f"disc/available/{AMELIE}", if_match=f'"{tag}"'),
        await ann.delete(f"disc/available/{AMELIE}", if_match="*"),
    ]

    assert [told(answer) for answer in answers] == [STALE, DONE, STALE, DELETED]


async def test_a_stale_tag_goes_before_a_duplicate(ann: Program) -> None:
    """Whoever acts on an old queue learns that first: 412 has two meanings."""
    tag = await ann.tag("disc")
    await ann.post("disc", TOTORO)

    assert told(await ann.post("disc", TOTORO, etag=tag)) == STALE


async def test_the_tag_of_the_other_queue_serves_where_that_is_allowed(acting: Acting) -> None:
    """By default a tag is good for its own queue alone."""
    strict, lenient = acting(), acting(is_tag_shared=True)
    await strict.post("disc", TOTORO)
    other = await strict.tag("disc")
    await strict.post("instant", TOTORO)

    refused = await strict.post("instant", JAWS, etag=other)
    taken = await lenient.post("instant", JAWS, etag=other)
    wrong = await lenient.post("instant", FIREFLY, etag="123456789012")

    assert [answer[0] for answer in map(told, (refused, taken, wrong))] == [412, 201, 412]


async def test_time_makes_saved_titles_available(acting: Acting) -> None:
    """A saved title joins the end when its day comes, under a tag that every reader sees the same."""
    bob = acting(BOB)
    await bob.post("disc", TRIANGLE)
    await bob.post("disc", TOTORO)
    before = await bob.tag("disc")
    bob.now += shop.DAY

    order, tag = await bob.order("disc"), await bob.tag("disc")
    stale = await bob.post("disc", TRIANGLE, position=1, etag=before)
    moved = await bob.post("disc", TRIANGLE, position=1, etag=tag)

    assert (order, tag == before, await bob.tag("disc") == tag) == (([TOTORO, TRIANGLE], []), False, False)
    assert (told(stale)[0], told(moved), await bob.order("disc")) == (412, DONE, ([TRIANGLE, TOTORO], []))


async def test_titles_come_in_the_order_of_their_days(acting: Acting) -> None:
    """Of those that have come since anybody looked, the one whose day was first is the first."""
    bob = acting(BOB)
    for title in (DISC_3, TRIANGLE):
        await bob.post("disc", title)
    bob.now += 2 * shop.DAY

    assert await bob.order("disc") == ([TRIANGLE, DISC_3], [])


async def test_time_puts_titles_aside(ann: Program, database: Database) -> None:
    """A title that is no longer to be played is saved, and comes back with its offer."""
    async with database.write() as session:
        await put(session, shop.offer(BARE, "instant", closes=shop.NOW + 10))
    for title in (BARE, JAWS):
        await ann.post("instant", title)
    ann.now += 10

    assert await ann.order("instant") == ([JAWS], [BARE])
    assert told(await ann.delete(f"instant/saved/{BARE}")) == DELETED


async def test_queues_are_each_subscribers_own(acting: Acting) -> None:
    """What one subscriber queues, no other has."""
    bob, dan = acting(BOB), acting(DAN)

    await bob.post("disc", TOTORO)

    assert (await dan.order("disc"), await dan.tag("disc")) == (([], []), "0")
