"""Queues as programs of the time used them: signed requests, real and overridden verbs, headers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from lxml import etree

from gateway.origin.accounts import AccessToken
from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.models import Consumer
from gateway.origin.settings import OriginSettings

from . import shop
from .conftest import put
from .program import Program, order_of
from .shop import AMELIE, ANN, BOB, FIREFLY, JAWS, NOW, TOTORO, ref
from .signing import KEY, SECRET, TOKEN_SECRET, Signing, Verb, token_of

pytestmark = pytest.mark.anyio

XML = {"Content-Type": "text/xml"}
DISC, INSTANT = f"/users/{ANN}/queues/disc", f"/users/{ANN}/queues/instant"


@pytest.fixture
async def signing(database: Database) -> AsyncIterator[Signing]:
    """Allow an application to act for two subscribers."""
    async with database.write() as session:
        await put(session, Consumer(key=KEY, secret=SECRET, name="Program"))
        granted = {"secret": TOKEN_SECRET, "consumer_key": KEY, "created": NOW}
        tokens = [AccessToken(token=token_of(who), subscriber_id=who, **granted) for who in (ANN, BOB)]
        await put(session, *tokens)
    app = create_app(database, OriginSettings(public_url=shop.BASE, clock=lambda: NOW))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=shop.BASE) as client:
        yield Signing(client)


def text(answer: httpx.Response, path: str) -> str | None:
    """Return what an element of the answer says."""
    return etree.fromstring(answer.content).findtext(path)


async def test_a_title_is_added_shown_and_removed(signing: Signing) -> None:
    """What a POST has made is found at its Location, and gone after a DELETE there."""
    added = await signing("POST", DISC, form={"title_ref": ref(TOTORO)})
    location = added.headers["location"]
    shown = await signing("GET", location.removeprefix(shop.BASE))
    removed = await signing("DELETE", location.removeprefix(shop.BASE), etag=text(added, "etag") or "")
    gone = await signing("GET", location.removeprefix(shop.BASE))

    assert [answer.status_code for answer in (added, shown, removed, gone)] == [201, 200, 200, 404]
    assert location == f"{shop.BASE}{DISC}/available/1/{TOTORO}" == text(shown, "queue_item/id")
    tag = added.headers["etag"].strip('"').removesuffix("-gzip")
    assert tag == text(added, "etag") == text(shown, "etag")
    assert removed.headers["etag"] == '"0"'
    assert text(gone, "sub_code") == "610"


async def test_a_queue_that_is_known_is_not_sent_again(signing: Signing) -> None:
    """The tag in the body is the tag of the answer; with it a reader is spared the rest until a change."""
    await signing("POST", DISC, form={"title_ref": ref(TOTORO)})
    known = text(await signing("GET", DISC), "etag")
    condition = {"If-None-Match": f'"{known}"'}

    same = await signing("GET", DISC, headers=condition)
    await signing("POST", DISC, form={"title_ref": ref(AMELIE)})
    changed = await signing("GET", DISC, headers=condition)

    assert (same.status_code, same.content, changed.status_code) == (304, b"", 200)


@pytest.mark.parametrize("verb", ["delete", "DELETE"])
async def test_get_may_mean_delete(signing: Signing, verb: str) -> None:
    """A verb in the parameters overrides the real one."""
    await signing("POST", DISC, title_ref=ref(TOTORO))

    answer = await signing("GET", f"{DISC}/available/{TOTORO}", method=verb)

    assert (answer.status_code, text(answer, "message")) == (200, "Title deleted from queue")


async def test_many_titles_are_asked_about_by_post(signing: Signing) -> None:
    """Five hundred references are too long for an address."""
    refs = ",".join([ref(JAWS), *(ref(key) for key in range(1000, 1499))])

    answer = await signing("POST", f"/users/{ANN}/title_states", form={"method": "GET", "title_refs": refs})

    assert (len(refs) > 8192, answer.status_code) == (True, 200)
    assert [link.get("title") for link in etree.fromstring(answer.content).iterfind("title_state/link")] == [
        "Jaws"
    ]


async def test_a_whole_order_is_put(signing: Signing) -> None:
    """The document is the new order; the same once more is not modified and answers nothing."""
    await signing("POST", INSTANT, form={"title_ref": ref(JAWS)})
    tag = text(await signing("GET", INSTANT), "etag") or ""
    order = order_of([FIREFLY, JAWS], tag=tag)

    answers = [
        await signing("PUT", INSTANT, document=order_of([]), headers={**XML, "ETag": '"1"'}),
        await signing("PUT", INSTANT, document=order_of([]), headers={**XML, "If-Match": '"1"'}),
        await signing("PUT", INSTANT, document=order, headers=XML),
        await signing("PUT", INSTANT, document=order_of([FIREFLY, JAWS]), headers=XML),
        await signing("PUT", INSTANT, document=order, headers=XML),
        await signing("PUT", INSTANT, document=order_of([JAWS, JAWS]), headers=XML),
        await signing("POST", INSTANT, document=order_of([JAWS]), headers=XML, method="PUT"),
        await signing("PUT", INSTANT, document=b"<queue>", headers=XML),
    ]

    assert [answer.status_code for answer in answers] == [412, 412, 200, 304, 412, 400, 200, 400]
    assert (answers[3].content, answers[2].headers["etag"]) == (b"", answers[3].headers["etag"])


@pytest.mark.parametrize(
    ("verb", "path", "allowed"),
    [
        ("PUT", DISC, "GET, HEAD, POST"),
        ("DELETE", INSTANT, "GET, HEAD, POST, PUT"),
        ("POST", f"{DISC}/available", "GET, HEAD"),
        ("POST", f"{DISC}/available/1/{TOTORO}", "GET, HEAD, DELETE"),
        ("POST", f"/users/{ANN}/queues", "GET, HEAD"),
        ("DELETE", f"/users/{ANN}/title_states", "GET, HEAD"),
    ],
)
async def test_other_verbs_are_refused(signing: Signing, verb: Verb, path: str, allowed: str) -> None:
    """The answer says what may be done; the disc queue takes no whole order."""
    answer = await signing(verb, path)

    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    "path", [f"/users/{ANN}/queues/tape", f"{DISC}/gone", f"{DISC}/available/1/2/3", f"{DISC}/available/x"]
)
async def test_other_addresses_are_nothing(signing: Signing, path: str) -> None:
    """There are two queues of two parts each, whose entries have numbers."""
    assert (await signing("GET", path)).status_code == 404


async def test_a_queue_is_its_owners(signing: Signing) -> None:
    """Without a token nothing is shown, and with another subscriber's neither."""
    other, nobody = Signing(signing.client, BOB), Signing(signing.client, None)
    entry = f"{DISC}/available/1/{TOTORO}"
    await signing("POST", DISC, form={"title_ref": ref(TOTORO)})

    answers = [
        *[await program("GET", DISC) for program in (other, nobody)],
        *[await program("POST", DISC, form={"title_ref": ref(JAWS)}) for program in (other, nobody)],
        *[await program("DELETE", entry) for program in (other, nobody)],
    ]

    assert [answer.status_code for answer in answers] == [401, 400] * 3
    assert text(await signing("GET", DISC), "number_of_results") == "1"


async def test_refusals_are_documents(signing: Signing) -> None:
    """They have the code of the answer, the code below it and a sentence."""
    await signing("POST", DISC, form={"title_ref": ref(TOTORO)})

    answer = await signing("POST", DISC, form={"title_ref": ref(TOTORO), "position": ""})

    assert answer.status_code == 412
    assert [(child.tag, child.text) for child in etree.fromstring(answer.content)] == [
        ("status_code", "412"),
        ("sub_code", "710"),
        ("message", "Title is already in queue"),
    ]


async def test_json_is_as_recorded(signing: Signing) -> None:
    """One entry is no list, numbers are texts, and a category that has a text has it as its content."""
    added = await signing("POST", DISC, form={"title_ref": ref(JAWS), "output": "json"})
    shown = (await signing("GET", DISC, output="json")).json()["queue"]
    empty = (await signing("GET", INSTANT, output="json")).json()["queue"]

    scheme = f"{shop.BASE}/categories/queue_availability"
    item = shown["queue_item"]
    assert added.json()["status"]["resources_created"]["queue_item"] == item
    assert item["category"][0] == {
        "scheme": scheme,
        "label": "available now",
        "term": "available now",
        "content": "Available Now",
    }
    assert {name: item[name] for name in ("position", "updated", "runtime", "average_rating")} == {
        "position": "1",
        "updated": str(NOW),
        "runtime": "7200",
        "average_rating": "3.9",
    }
    assert (empty["etag"], empty["number_of_results"], "queue_item" in empty) == ("0", "0", False)


async def test_queues_travel_in_bulk(signing: Signing) -> None:
    """Each entry has the tag of its queue."""
    await signing("POST", DISC, form={"title_ref": ref(TOTORO)})

    paths = {"disc": DISC, "instant": INSTANT, "gone": f"{DISC}/saved/{TOTORO}"}
    asked = {f"entry_{name}": signing.address(path) for name, path in paths.items()}
    answer = await signing.client.post("/utility/bulk", data=asked)

    tag = text(await signing("GET", DISC), "etag")
    entries = {
        entry.findtext("id"): [entry.findtext("body/status"), *map(_value, entry.iterfind("body/header"))]
        for entry in etree.fromstring(answer.content)
    }
    assert entries["entry_disc"] == ["200", f'"{tag}"']
    assert entries["entry_instant"] == ["200", '"0"']
    assert text(answer, "entry[3]/body/status/sub_code") == "610"


def _value(header: etree._Element) -> str | None:
    return header.get("value")


async def test_of_requests_with_the_same_tag_one_wins(signing: Signing) -> None:
    """However many arrive at the same moment."""
    titles = [JAWS, AMELIE, TOTORO, shop.TRIANGLE, shop.OLD, shop.BEN_HUR_1]

    answers = await asyncio.gather(
        *(signing("POST", DISC, form={"title_ref": ref(title), "etag": "0"}) for title in titles)
    )

    assert Counter(answer.status_code for answer in answers) == {201: 1, 412: 5}
    assert text(await signing("GET", DISC), "number_of_results") == "1"


async def test_what_is_refused_leaves_nothing(signing: Signing, database: Database) -> None:
    """A change that fails changes neither the queue nor its tag."""
    await signing("POST", INSTANT, form={"title_ref": ref(JAWS)})
    program = Program(database)
    before = await program.look("instant")

    answer = await signing("PUT", INSTANT, document=order_of([TOTORO, 999]), headers=XML)

    assert (answer.status_code, text(answer, "sub_code")) == (400, "130")
    assert await program.look("instant") == before
