"""Documents of queues written by hand from the contract are what the origin answers, element by element."""

from pathlib import Path

import pytest
from lxml import etree

from gateway.origin.calls import Answer
from gateway.origin.database import Database

from . import shop
from .conftest import put
from .program import Program, root
from .shop import AMELIE, ANN, BARE, DISC_1, DISC_2, FIREFLY, JAWS, SEASON, TOTORO, TRIANGLE, ref

pytestmark = pytest.mark.anyio

WRITTEN = Path(__file__).parents[2] / "contract" / "users"

Tree = tuple[str, tuple[tuple[str, str], ...], str, tuple["Tree", ...]]


def tree(element: etree._Element) -> Tree:
    """Return an element as a value: names, attributes in order, texts without the blanks around them."""
    text = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
    attributes = tuple((str(name), str(value)) for name, value in element.attrib.items())
    return element.tag, attributes, text, tuple(tree(child) for child in element)


def answered(answer: Answer, tag: str = "") -> Tree:
    """Return the document that was answered, with ETAG where *tag* stands."""
    document = root(answer)
    for etag in document.iterfind("etag"):
        etag.text = "ETAG" if tag and etag.text == tag else etag.text
    return tree(document)


def written(name: str) -> Tree:
    """Return a document that was written by hand."""
    return tree(etree.parse(WRITTEN / name, etree.XMLParser(remove_comments=True)).getroot())


@pytest.fixture
async def busy(ann: Program) -> Program:
    """Queue some titles, a minute after each other."""
    for kind, title, parameters in (
        ("disc", AMELIE, {}),
        ("disc", JAWS, {"position": 1}),
        ("disc", TRIANGLE, {}),
        ("instant", JAWS, {}),
    ):
        await ann.post(kind, title, **parameters)
        ann.now += 60
    return ann


@pytest.mark.parametrize(
    ("name", "path", "parameters"),
    [
        ("queues.xml", "/queues", {}),
        ("queue.xml", "/queues/disc", {}),
        ("queue-entry.xml", f"/queues/disc/available/1/{JAWS}", {"v": "1.5", "expand": "@synopsis"}),
        ("queue-thin.xml", "/queues/disc/saved", {"v": "2.0"}),
    ],
)
async def test_a_queue_is_as_written(busy: Program, name: str, path: str, parameters: dict[str, str]) -> None:
    """Whole, in part, as one entry, and in every version."""
    answer = await busy.read(path, **parameters)

    assert answered(answer, await busy.tag("disc")) == written(name)


async def test_a_part_of_the_instant_queue_is_as_written(busy: Program) -> None:
    """The second page of one."""
    await busy.post("instant", TOTORO)

    answer = await busy.read("/queues/instant/available", start_index=1, max_results=1)

    assert answered(answer, await busy.tag("instant")) == written("queue-part.xml")


async def test_an_empty_queue_is_as_written(ann: Program) -> None:
    """Its tag is 0 and so is the size of its pages, as recorded."""
    assert answered(await ann.read("/queues/disc")) == written("queue-empty.xml")


async def test_a_title_that_was_added_is_as_written(busy: Program) -> None:
    """The answer has the whole entry, and the queue's new tag."""
    answer = await busy.post("disc", TOTORO, position=1)

    assert answered(answer, await busy.tag("disc")) == written("queue-posted.xml")


async def test_a_set_that_was_added_in_part_is_as_written(busy: Program, database: Database) -> None:
    """The answer links to what failed and to what was there."""
    async with database.write() as session:
        await put(session, shop.sent(ANN, DISC_2))
    await busy.post("disc", DISC_1)

    answer = await busy.post("disc", SEASON)

    assert answered(answer, await busy.tag("disc")) == written("queue-posted-partly.xml")


async def test_a_title_that_was_removed_is_as_written(busy: Program) -> None:
    """The answer has no tag in its body, as recorded."""
    assert answered(await busy.delete(f"disc/available/1/{JAWS}")) == written("queue-deleted.xml")


async def test_title_states_are_as_written(ann: Program, database: Database) -> None:
    """A title that cannot be had at all has nothing but its link."""
    async with database.write() as session:
        await put(session, shop.watched(ANN, TOTORO, when=shop.NOW - 1000, seconds=600))
    await ann.post("instant", TOTORO)
    refs = ",".join(map(ref, (TOTORO, FIREFLY, BARE)))

    answer = await ann.read("/title_states", title_refs=refs, v="1.5")

    assert answered(answer) == written("title_states.xml")
