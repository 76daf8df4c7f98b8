"""Subscribers' resources as programs reach them: signed, by feed token, with verbs overridden."""

import itertools
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from lxml import etree
from oauthlib.oauth1 import SIGNATURE_TYPE_QUERY, Client

from gateway.origin.accounts import AccessToken
from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.models import Consumer
from gateway.origin.representations.feeds import ATOM
from gateway.origin.settings import OriginSettings

from .household import AMELIE, ANN, BASE, BEN, EARTH, JAWS, TOTORO, put, refs

NOW = 1_300_000_000
KEY, SECRET = "consumer-key", "consumer-secret"
ACTUAL = "/ratings/title/actual"

pytestmark = pytest.mark.anyio


@dataclass
class Browser:
    """An application that was allowed in by some subscribers."""

    http: httpx.AsyncClient
    nonces: Iterator[int] = field(default_factory=itertools.count)

    async def ask(self, path: str, who: str = ANN, **parameters: object) -> httpx.Response:
        """Send a signed GET for what is at a path."""
        return await self.send("GET", path, who, **parameters)

    async def send(self, verb: str, path: str, who: str = ANN, **parameters: object) -> httpx.Response:
        """Send a signed request, with every parameter in its query."""
        return await self.http.request(verb, self.sign(verb, path, who, parameters))

    def sign(self, verb: str, path: str, who: str, parameters: Mapping[str, object]) -> str:
        """Return the address of what is at a path, signed in its query."""
        client = Client(
            KEY,
            SECRET,
            resource_owner_key=f"token-{who}",
            resource_owner_secret="secret",
            signature_type=SIGNATURE_TYPE_QUERY,
            nonce=f"nonce-{next(self.nonces)}",
            timestamp=str(NOW),
        )
        query = f"?{urlencode(parameters)}" if parameters else ""
        url, _, _ = client.sign(f"{BASE}{path}{query}", http_method=verb)  # type: ignore[arg-type]
        return str(url)


@pytest.fixture
async def browser(database: Database) -> AsyncIterator[Browser]:
    """Serve the household, and let an application in for two of its subscribers."""
    tokens = [
        AccessToken(token=f"token-{who}", secret="secret", consumer_key=KEY, subscriber_id=who, created=1)
        for who in (ANN, BEN)
    ]
    async with database.write() as session:
        await put(session, [Consumer(key=KEY, secret=SECRET, name="Browser"), *tokens])
    settings = OriginSettings(public_url=BASE, clock=lambda: NOW)
    transport = httpx.ASGITransport(create_app(database, settings))
    headers = {"accept-encoding": "identity"}
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as http:
        yield Browser(http)


async def test_from_current_to_everything_that_is_linked(browser: Browser) -> None:
    """Whoever was told no id is led to the subscriber, and every link of the user's document answers."""
    current = _read(await browser.ask("/users/current"))
    user = _read(await browser.ask(urlsplit(current.find("link").get("href", "")).path))  # type: ignore[union-attr]

    paths = [urlsplit(link.get("href", "")).path for link in user.iterfind("link")]
    answers = [await browser.ask(path) for path in paths]
    assert [(answer.status_code, _read(answer).tag) for answer in answers] == [
        (200, "resource"),
        (200, "rental_history"),
        (200, "recommendations"),
        (200, "title_states"),
        (200, "resource"),
        (200, "reviews"),
        (200, "at_home"),
        (200, "resource"),
    ]


async def test_all_items_have_ids_below_their_owner(browser: Browser) -> None:
    """An id is the address of the item below the subscriber, whoever asks for it."""
    paths = ["/at_home", "/rental_history", "/reviews", "/recommendations", ACTUAL]
    documents = [_read(await browser.ask(f"/users/{ANN}{path}")) for path in paths]

    ids = [id_.text or "" for document in documents for id_ in document.iterfind("*/id")]
    assert all(id_.startswith(f"{BASE}/users/{ANN}/") for id_ in ids)
    assert len(ids) == 1 + 4 + 2 + 1 + 3


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/at_home", {}),
        ("/rental_history", {}),
        ("/rental_history/shipped", {}),
        ("/reviews", {}),
        ("/recommendations", {}),
        ("/ratings/title", {"title_refs": refs(JAWS)}),
        ("/ratings/title", {"title_refs": refs(AMELIE), "v": "2.0"}),
    ],
)
async def test_the_id_of_an_item_leads_to_it(
    browser: Browser, path: str, parameters: Mapping[str, str]
) -> None:
    """It is a list of that item alone; a title that is not on the list is not found there."""
    whole = _read(await browser.ask(f"/users/{ANN}{path}", **parameters))
    version = {"v": parameters["v"]} if "v" in parameters else {}
    items = [item for item in whole if item.find("id") is not None]
    ids = [item.findtext("id", "").removeprefix(BASE) for item in items]
    alone = [_read(await browser.ask(one, **version)) for one in ids]
    elsewhere = [await browser.ask(f"{ids[0].rpartition('/')[0]}/{number}") for number in (2**31 - 1, 2**31)]

    assert [[etree.tostring(item) for item in one.iterfind(items[0].tag)] for one in alone] == [
        [etree.tostring(item)] for item in items
    ]
    assert {one.tag for one in alone} == {whole.tag}
    assert [answer.status_code for answer in elsewhere] == [404, 404]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/at_home",
        f"/at_home/{JAWS}",
        "/rental_history/watched",
        ACTUAL,
        f"{ACTUAL}/{JAWS}",
        "/reviews",
        "/recommendations",
        "/lists",
    ],
)
async def test_nobody_reads_what_is_anothers(browser: Browser, path: str) -> None:
    """With another's token the answer is the recorded mismatch, be there such a subscriber or not (T6)."""
    answers = [await browser.ask(f"/users/{whose}{path}", BEN) for whose in (ANN, "T1nobody-")]
    unsigned = [await browser.http.get(f"/users/{whose}{path}") for whose in (ANN, "T1nobody-")]
    unknown = await browser.ask(f"/users/{ANN}{path}", "nobody")

    told = [(each.status_code, _read(each).findtext("message")) for each in answers]
    assert told == [(401, "User ID access token mismatch")] * 2
    assert [each.status_code for each in (*unsigned, unknown)] == [401] * 3
    assert unsigned[0].content == unsigned[1].content


@pytest.mark.parametrize("verb", ["POST", "GET"])
async def test_a_rating_by_verb_and_by_override(browser: Browser, verb: str) -> None:
    """A rating is created, changed by an overridden verb, and read back; the write is not kept in caches."""
    override = {} if verb == "POST" else {"method": "post"}
    path = f"/users/{BEN}{ACTUAL}"
    created = await browser.send(verb, path, BEN, title_ref=refs(JAWS), rating=4, **override)
    again = await browser.send(verb, path, BEN, title_ref=refs(JAWS), rating=4, **override)
    changed = await browser.ask(f"{path}/{JAWS}", BEN, method="PUT", rating=2)
    shown = _read(await browser.ask(f"{path}/{JAWS}", BEN))

    assert [answer.status_code for answer in (created, again, changed)] == [201, 422, 200]
    assert created.headers["location"] == f"{BASE}{path}/{JAWS}"
    assert shown.findtext("ratings_item/user_rating") == "2"
    assert shown.findtext("ratings_item/updated") == str(NOW)


async def test_a_long_list_of_references_is_posted(browser: Browser) -> None:
    """What is too long for an address travels in a form, as a POST that means GET."""
    path, sent = (
        f"/users/{ANN}/ratings/title",
        {"method": "GET", "title_refs": refs(JAWS, TOTORO, AMELIE, EARTH)},
    )
    client = Client(KEY, SECRET, f"token-{ANN}", "secret", nonce="n", timestamp=str(NOW))
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    url, headers, body = client.sign(BASE + path, "POST", urlencode(sent), form)

    answer = await browser.http.post(str(url), content=body, headers=headers)

    assert [id_.text for id_ in _read(answer).iterfind("ratings_item/id")] == [
        f"{BASE}{path}/{title}" for title in (JAWS, TOTORO, AMELIE, EARTH)
    ]


async def test_every_feed_opens_by_its_address_alone(browser: Browser) -> None:
    """Unsigned, each address gives an Atom feed under the title of its link, which nobody keeps (T14)."""
    feeds = _read(await browser.ask(f"/users/{ANN}/feeds"))

    answers = [await browser.http.get(link.get("href", "")) for link in feeds]
    kept = {(each.headers["cache-control"], each.headers["referrer-policy"]) for each in answers}
    assert kept == {("no-store", "no-referrer")}
    opened = [_read(each) for each in answers]
    titles = [(feed.tag, feed.findtext(f"{{{ATOM}}}title")) for feed in opened]
    assert titles == [(f"{{{ATOM}}}feed", link.get("title")) for link in feeds]
    assert {feed.find(f"{{{ATOM}}}link").get("href") for feed in opened} == {  # type: ignore[union-attr]
        link.get("href") for link in feeds
    }


async def test_a_feed_is_a_list_when_it_is_asked_for_as_one(browser: Browser) -> None:
    """Without ``output=atom``, and with a size added, the same address gives the list itself."""
    feeds = _read(await browser.ask(f"/users/{ANN}/feeds"))
    hrefs = [link.get("href", "") for link in feeds if "/rental_history?" in link.get("href", "")]

    answer = await browser.http.get(hrefs[0].replace("&output=atom", "") + "&max_results=2")

    assert (_read(answer).tag, len(_read(answer).findall("rental_history_item"))) == ("rental_history", 2)


async def test_a_feed_token_opens_nothing_else(browser: Browser) -> None:
    """Neither another feed nor the subscriber opens by it, and it changes nothing."""
    feeds = _read(await browser.ask(f"/users/{ANN}/feeds"))
    token = parse_qs(urlsplit(feeds[-1].get("href", "")).query)["feed_token"][0]
    query = urlencode({"feed_token": token, "oauth_consumer_key": KEY})
    rating = urlencode({"title_ref": refs(AMELIE), "rating": 5})

    others = [await browser.http.get(f"/users/{ANN}{path}?{query}") for path in ("/reviews", "", "/feeds")]
    written = await browser.http.post(f"/users/{ANN}{ACTUAL}?{query}&{rating}")

    assert all(answer.status_code in {400, 401, 403} for answer in (*others, written))
    assert len(_read(await browser.ask(f"/users/{ANN}{ACTUAL}")).findall("ratings_item")) == 3


async def test_the_outline_has_the_same_addresses(browser: Browser) -> None:
    """OPML names every feed by the address that the links have."""
    links = _read(await browser.ask(f"/users/{ANN}/feeds"))
    outline = await browser.ask(f"/users/{ANN}/feeds", output="opml")

    assert [line.get("xmlUrl") for line in _read(outline).iter("outline")] == [
        link.get("href") for link in links
    ]
    assert outline.headers["content-type"].startswith("text/x-opml")


async def test_subscribers_in_one_bulk_request_do_not_mix(browser: Browser) -> None:
    """Entries of two subscribers are read together, and each has its own."""
    paths = ("/rental_history", ACTUAL, "/recommendations", "", "/lists")
    entries = {
        f"entry_{who}_{place}": browser.sign("GET", f"/users/{who}{path}", who, {})
        for who in (ANN, BEN)
        for place, path in enumerate(paths)
    }

    answer = _read(await browser.http.post("/utility/bulk", data=entries))

    for entry in answer.iterfind("entry"):
        who, other = (ANN, BEN) if ANN in (entry.findtext("id") or "") else (BEN, ANN)
        text = etree.tostring(entry.find("body"), encoding="unicode")  # type: ignore[arg-type]
        assert (f"/users/{who}" in text, f"/users/{other}" in text) == (True, False)
    assert len(answer) == 10


async def test_a_category_is_no_secret(browser: Browser) -> None:
    """Schemes answer to a signature, and an unknown one is not found."""
    known, unknown = await browser.ask("/categories/genres"), await browser.ask("/categories/nothing")

    assert (known.status_code, _read(known).tag, unknown.status_code) == (200, "categories", 404)


def _read(answer: httpx.Response) -> etree._Element:
    return etree.fromstring(answer.content)
