"""A whole new order of the instant queue, and every row of the table of what may be wrong with one."""

import pytest

from gateway.origin.accounts import QueueKind
from gateway.origin.calls import Document
from gateway.origin.database import Database

from . import shop
from .conftest import put
from .program import STALE, UNAVAILABLE, WRONG_FORMAT, Acting, Program, Told, order_of, told
from .shop import AMELIE, BARE, BOB, DISC_1, FIREFLY, GONE, JAWS, PILOT, SEASON, SOON, TOTORO, ref

pytestmark = pytest.mark.anyio

REPLACED = (200, None, "Queue replaced")
DUPLICATE = (400, 710, "Duplicate title found")
SAVED = (400, 620, "Title is saved and cannot be moved")
CONFLICT = (409, None, "Conflicts found within the representation")
TOO_LARGE = (409, None, "The resulting queue would be too large: it is limited to 500 titles")

AVAILABLE = '<link rel="http://schemas.netflix.com/queues.available" title="available queue"/>'


def item(*extra: str, title: int | None = JAWS, queue: str = AVAILABLE) -> str:
    """Write an item of the new order."""
    link = (
        "" if title is None else f'<link href="{ref(title)}" rel="http://schemas.netflix.com/catalog/title"/>'
    )
    return f"<queue_item>{queue}{link}{''.join(extra)}</queue_item>"


def document(*items: str) -> bytes:
    """Write the document of a new order."""
    return f"<queue>{''.join(items)}</queue>".encode()


def category(term: str) -> str:
    """Write the category of a format."""
    return f'<category scheme="{shop.BASE}/categories/title_formats" label="{term}" term="{term}"/>'


@pytest.fixture
async def queued(ann: Program) -> Program:
    """Queue three titles, and save one."""
    for title in (JAWS, TOTORO, FIREFLY, SOON):
        await ann.post("instant", title)
    return ann


@pytest.mark.parametrize(
    "order", [[FIREFLY, JAWS, TOTORO], [TOTORO], [PILOT, JAWS, SEASON], [JAWS, TOTORO, FIREFLY, PILOT], []]
)
async def test_the_document_is_the_new_order(queued: Program, order: list[int]) -> None:
    """Titles are added, moved and removed until the queue is as the document has it; saved ones stay."""
    tag = await queued.tag("instant")

    answer = await queued.put(order_of(order, tag=tag))

    assert isinstance(answer, Document)
    assert (told(answer), await queued.order("instant")) == (REPLACED, (order, [SOON]))
    assert answer.etag == await queued.tag("instant") != tag


async def test_the_same_order_is_not_modified(queued: Program) -> None:
    """A document that says what the queue is already changes nothing, not even the tag."""
    tag = await queued.tag("instant")

    answer = await queued.put(order_of([JAWS, TOTORO, FIREFLY], tag=tag))

    assert isinstance(answer, Document)
    assert (answer.status, answer.etag, await queued.tag("instant")) == (304, tag, tag)


async def test_what_is_yet_to_come_is_not_ordered(ann: Program) -> None:
    """A new order is of what can be played now."""
    assert told(await ann.put(order_of([JAWS, SOON]))) == UNAVAILABLE


async def test_what_stays_is_as_old_as_it_was(queued: Program) -> None:
    """Only what is new is dated anew."""
    queued.now += 60
    await queued.put(order_of([PILOT, JAWS]))

    newer = await queued.read("/queues/instant", updated_min=shop.NOW + 60)

    assert isinstance(newer, Document)
    assert [found.text for found in newer.root.iterfind("number_of_results")] == ["1"]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (order_of([JAWS, TOTORO, JAWS]), DUPLICATE),
        (order_of([JAWS, 999]), UNAVAILABLE),
        (order_of([JAWS, BARE]), UNAVAILABLE),
        (order_of([JAWS, GONE]), UNAVAILABLE),
        (order_of([JAWS, SOON]), SAVED),
        (order_of([JAWS, AMELIE]), WRONG_FORMAT),
        (order_of([JAWS, DISC_1]), WRONG_FORMAT),
        (order_of([JAWS], name="DVD"), WRONG_FORMAT),
        (order_of([JAWS], name="Betamax"), WRONG_FORMAT),
        (document(item(AVAILABLE.replace("available", "saved"), category("Instant"))), CONFLICT),
        (document(item(category("Instant"), category("DVD"))), CONFLICT),
        (
            document(item(f'<link href="{ref(TOTORO)}" rel="http://schemas.netflix.com/catalog/title"/>')),
            CONFLICT,
        ),
        (
            document(item(queue=AVAILABLE.replace("rel=", 'href="/users/u/queues/disc/available" rel='))),
            CONFLICT,
        ),
        (document(item(queue=AVAILABLE.replace("available", "saved"))), SAVED),
        (order_of([TOTORO], tag="123456789012"), STALE),
    ],
)
async def test_a_mistaken_order_changes_nothing(queued: Program, body: bytes, refusal: Told) -> None:
    """Each mistake has its code, and the queue stays as it was to the last digit of its tag."""
    before = await queued.order("instant"), await queued.tag("instant")

    answer = await queued.put(body)

    assert told(answer) == refusal
    assert (await queued.order("instant"), await queued.tag("instant")) == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<queue>",
        b"<queue></queues>",
        "<queue></queue>".encode("utf-16"),
        b'<!DOCTYPE queue [<!ENTITY a "b">]><queue><etag>&a;</etag></queue>',
        b"<queue>&a;</queue>",
        b"<queue>" + b"<a>" * 500 + b"</a>" * 500 + b"</queue>",
        b"<queues></queues>",
        b"<queue><queue_item></queue_item></queue>",
        document(item(title=None)),
        document(item(queue="")),
        b"<queue>\xff</queue>",
    ],
)
async def test_what_is_no_order_is_refused(queued: Program, body: bytes) -> None:
    """A document that cannot be read as an order is a bad request, and changes nothing."""
    before = await queued.order("instant")

    answer = await queued.put(body)

    assert (told(answer)[:2], await queued.order("instant")) == ((400, None), before)


async def test_a_category_may_be_left_out(queued: Program) -> None:
    """The queue knows one format only; positions and comments in the document mean nothing."""
    extra = "<position>9</position><!-- first -->"

    answer = await queued.put(document(item(extra, title=TOTORO), item(extra, title=JAWS)))

    assert (told(answer), await queued.order("instant")) == (REPLACED, ([TOTORO, JAWS], [SOON]))


async def test_who_watches_nothing_at_once_gets_no_order(acting: Acting) -> None:
    """The format is not to be had by the subscriber."""
    bob = acting(BOB)

    assert told(await bob.put(order_of([JAWS]))) == WRONG_FORMAT


async def test_a_new_order_holds_five_hundred_titles(ann: Program, database: Database) -> None:
    """The saved ones count: with one of them, 500 more are one too many."""
    async with database.write() as session:
        await put(session, *shop.stock(BOB, QueueKind.DISC, 500))
    films = [f"/catalog/titles/movies/{key}" for key in range(shop.STOCKED, shop.STOCKED + 500)]
    items = [item(title=None).replace("</queue_item>", f"{_link(film)}</queue_item>") for film in films]
    await ann.post("instant", SOON)

    refused = await ann.put(document(*items))
    taken = await ann.put(document(*items[:499]))

    assert (told(refused), told(taken), len((await ann.order("instant"))[0])) == (TOO_LARGE, REPLACED, 499)


def _link(address: str) -> str:
    return f'<link href="{address}" rel="http://schemas.netflix.com/catalog/title"/>'


async def test_the_tag_may_stand_in_a_header(queued: Program) -> None:
    """As what the document is tagged with, or as the condition that it is sent under."""
    tag, old = await queued.tag("instant"), "123456789012"
    headers = (
        {"etag_header": old},
        {"if_match": old},
        {"etag_header": f'"{tag}"', "if_match": f'"1", "{tag}"'},
    )

    answers = [await queued.put(order_of([JAWS]), **header) for header in headers]

    assert [told(answer) for answer in answers] == [STALE, STALE, REPLACED]


async def test_the_tag_may_stand_in_the_parameters(queued: Program) -> None:
    """Wherever a tag stands, it must be the current one."""
    tag = await queued.tag("instant")

    stale = await queued.put(order_of([JAWS], tag=tag), etag="123456789012")
    fresh = await queued.put(order_of([JAWS], tag=tag), etag=f'"{tag}"')

    assert (told(stale), told(fresh)) == (STALE, REPLACED)
