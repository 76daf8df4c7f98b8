"""Titles removed from a queue (contract 3.12)."""

import pytest

from gateway.origin.calls import Document

from .program import DELETED, STALE, Acting, Program, root, told
from .shop import AMELIE, BOB, DAN, JAWS, TOTORO, TRIANGLE

pytestmark = pytest.mark.anyio


@pytest.fixture
def url(any_url: str) -> str:
    """Try it on every kind of database."""
    return any_url


MISSING = (404, 610, "Title is not in Queue")


@pytest.mark.parametrize("entry", [f"2/{AMELIE}", f"{AMELIE}", f"1/{AMELIE}", f"77/{AMELIE}", f"0/{AMELIE}"])
async def test_an_entry_is_removed_by_its_title(ann: Program, entry: str) -> None:
    """Whatever position is named, or none, the title goes and those behind it move up."""
    for title in (JAWS, AMELIE, TOTORO):
        await ann.post("disc", title)

    answer = await ann.delete(f"disc/available/{entry}")

    assert (told(answer), await ann.order("disc")) == (DELETED, ([JAWS, TOTORO], []))


@pytest.mark.parametrize("entry", [f"{TRIANGLE}", f"1/{TRIANGLE}"])
async def test_a_saved_entry_is_removed(acting: Acting, entry: str) -> None:
    """What is saved has no position, but one does no harm."""
    dan = acting(DAN)
    await dan.post("disc", TRIANGLE)

    answer = await dan.delete(f"disc/saved/{entry}")

    assert (told(answer), await dan.order("disc")) == (DELETED, ([], []))


@pytest.mark.parametrize(
    "entry", [f"available/{TOTORO}", f"available/1/{TRIANGLE}", f"saved/{JAWS}", "available/1/999"]
)
async def test_what_is_not_there_is_not_removed(ann: Program, entry: str) -> None:
    """A title that is not in that part of the queue is not found, and nothing changes."""
    for title in (JAWS, TRIANGLE):
        await ann.post("disc", title)
    tag = await ann.tag("disc")

    answer = await ann.delete(f"disc/{entry}")

    assert (told(answer), await ann.tag("disc")) == (MISSING, tag)
    assert await ann.order("disc") == ([JAWS], [TRIANGLE])


async def test_what_is_removed_is_removed_once(ann: Program) -> None:
    """The second time there is nothing to remove."""
    await ann.post("disc", JAWS)
    await ann.delete(f"disc/available/1/{JAWS}")

    assert told(await ann.delete(f"disc/available/1/{JAWS}")) == MISSING


async def test_the_answer_carries_the_new_tag(ann: Program) -> None:
    """It stands beside the document, which was recorded without; an empty queue has the tag 0."""
    for title in (JAWS, AMELIE):
        await ann.post("disc", title)

    first, last = [await ann.delete(f"disc/available/1/{title}") for title in (JAWS, AMELIE)]

    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert [child.tag for child in root(first)] == ["status_code", "message"]
    assert (len(first.etag or ""), last.etag, await ann.tag("disc")) == (12, "0", "0")


async def test_the_tag_must_be_that_of_the_queue(ann: Program) -> None:
    """A removal goes through with the current tag, and not with an older one, even if nothing is there."""
    await ann.post("disc", JAWS)
    old = await ann.tag("disc")
    await ann.post("disc", AMELIE)

    stale = await ann.delete(f"disc/available/1/{JAWS}", etag=old)
    missing = await ann.delete(f"disc/available/1/{TOTORO}", etag=old)
    fresh = await ann.delete(f"disc/available/1/{JAWS}", etag=await ann.tag("disc"))

    assert [told(answer) for answer in (stale, missing, fresh)] == [STALE, STALE, DELETED]


async def test_a_queue_that_was_emptied_goes_on(acting: Acting) -> None:
    """After the last title is gone others come, under tags that the queue never had."""
    bob = acting(BOB)
    tags = []
    for _ in range(3):
        await bob.post("disc", JAWS)
        tags.append(await bob.tag("disc"))
        await bob.delete(f"disc/available/{JAWS}")

    assert len(set(tags)) == 3
