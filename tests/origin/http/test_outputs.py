"""Which encoding goes out, and when it is a script."""

from collections.abc import Callable, Sequence

import httpx
import pytest
from lxml import etree
from oauthlib.oauth1 import SIGNATURE_TYPE_QUERY, Client

from gateway.origin import accounts
from gateway.origin.database import Database

from .conftest import BASE, DISABLED, JAWS, Signer, tree
from .test_resources import status

MOVIE = f"/catalog/titles/movies/{JAWS}"
SYNOPSIS = f"{MOVIE}/synopsis"
XML = "text/xml;charset=UTF-8"
JSON = "application/json;charset=UTF-8"
SCRIPT = "application/javascript;charset=UTF-8"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "accept", "media"),
    [
        ("", "*/*", XML),
        ("", "application/json", JSON),
        ("output=", "application/json", JSON),
        ("output=pox", "application/json", XML),
        ("output=xml", "application/json", XML),
        ("output=json", "text/xml", JSON),
        ("output=json", "*/*", JSON),
    ],
)
async def test_the_parameter_is_stronger_than_the_header(
    client: httpx.AsyncClient, sign: Signer, query: str, accept: str, media: str
) -> None:
    """Accept is heard only where output is absent (contract 1.14)."""
    answer = await client.get(sign(f"{MOVIE}?{query}"), headers={"accept": accept})

    assert (answer.headers["content-type"], answer.headers["vary"]) == (media, "Accept, Accept-Encoding")


@pytest.mark.anyio
async def test_each_encoding_has_a_tag_of_its_own(client: httpx.AsyncClient, sign: Signer) -> None:
    """What is known as XML is not known as JSON, nor as an argument of some function."""
    queries = ["", "output=json", "output=json&v=2.0", "output=json&callback=a", "output=json&callback=b"]

    answers = [await client.get(sign(f"{MOVIE}?{query}")) for query in queries]

    assert len({answer.headers["etag"] for answer in answers}) == len(queries)
    known = {"if-none-match": answers[1].headers["etag"], "accept": "application/json"}
    again = [await client.get(sign(MOVIE), headers={**known, "accept": accept}) for accept in (JSON, XML)]
    assert [answer.status_code for answer in again] == [304, 200]


@pytest.mark.anyio
@pytest.mark.parametrize("output", ["atom", "opml"])
async def test_what_is_no_feed_is_not_to_be_had_as_one(
    client: httpx.AsyncClient, sign: Signer, output: str
) -> None:
    """A title has no entries and no outline."""
    answer = await client.get(sign(f"{MOVIE}?output={output}"))

    assert (answer.status_code, tree(answer.content)) == (400, status(400, "output is invalid"))


@pytest.mark.anyio
@pytest.mark.parametrize("callback", ["show", "$my.show_1", "_", "a" * 128])
async def test_a_callback_gets_the_document(client: httpx.AsyncClient, sign: Signer, callback: str) -> None:
    """JSON is wrapped in a call; the script has the media type of scripts."""
    answer = await client.get(sign(f"{SYNOPSIS}?output=json&callback={callback}"))

    assert answer.headers["content-type"] == SCRIPT
    assert answer.text == f'{callback}({{"synopsis":"A shark & a town.<p>They meet."}});'


@pytest.mark.anyio
async def test_a_key_is_enough_for_the_widgets_of_other_sites(
    client: httpx.AsyncClient, sign: Signer
) -> None:
    """What is open to all with a key is open to scripts, without a signature."""
    path = "/catalog/titles/autocomplete?v=2.0&term=jaws&output=json&callback=show"

    answer = await client.get(f"{path}&oauth_consumer_key={sign.key}")

    assert (answer.headers["content-type"], answer.text) == (
        SCRIPT,
        'show({"autocomplete":{"title":["Jaws"]}});',
    )


@pytest.mark.anyio
@pytest.mark.parametrize(
    "callback", ["alert(1)//", "%3Cscript%3E", "1a", "a-b", "a%20b", ".a", "%C3%A9", "a" * 129]
)
async def test_what_is_no_name_of_a_function_is_refused(
    client: httpx.AsyncClient, sign: Signer, callback: str
) -> None:
    """Nothing else can get into the script."""
    answer = await client.get(sign(f"{SYNOPSIS}?output=json&callback={callback}"))

    assert (answer.status_code, answer.headers["content-type"], answer.json()) == (
        400,
        JSON,
        {"status": {"status_code": 400, "message": "callback is invalid"}},
    )


@pytest.mark.anyio
@pytest.mark.parametrize("callback", ["show", "alert(1)//", ""])
async def test_a_callback_means_nothing_to_xml(
    client: httpx.AsyncClient, sign: Signer, callback: str
) -> None:
    """Without output=json it is a parameter like any that is not known."""
    plain = await client.get(sign(SYNOPSIS))

    answer = await client.get(sign(f"{SYNOPSIS}?callback={callback}"))

    assert (answer.status_code, answer.content) == (200, plain.content)


SUBSCRIBER, TOKEN, TOKEN_SECRET = "T1someone-", "a-token", "its-secret"


async def _subscribe(database: Database) -> None:
    facts = {"login": "someone", "password": "-", "first_name": "Some", "last_name": "One"}
    async with database.write() as session:
        session.add(accounts.Subscriber(id=SUBSCRIBER, **facts))
    async with database.write() as session:
        session.add(
            accounts.AccessToken(
                token=TOKEN,
                secret=TOKEN_SECRET,
                consumer_key="123456789012345678901234",
                subscriber_id=SUBSCRIBER,
                created=1,
            )
        )


def _sign_as_subscriber(sign: Signer, path: str, verb: str = "GET") -> str:
    client = Client(
        sign.key,
        sign.secret,
        TOKEN,
        TOKEN_SECRET,
        signature_type=SIGNATURE_TYPE_QUERY,
        timestamp=str(int(sign.clock.now)),
    )
    url, _, _ = client.sign(BASE + path, http_method=verb)  # type: ignore[arg-type]
    return str(url)


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/users/current", f"/users/{SUBSCRIBER}"])
async def test_what_is_a_subscribers_own_is_never_a_script(
    database: Database, client: httpx.AsyncClient, sign: Signer, path: str
) -> None:
    """A page of another site could read a script."""
    await _subscribe(database)

    answers = [
        await client.get(_sign_as_subscriber(sign, f"{path}?output=json{rest}"))
        for rest in ("", "&callback=show")
    ]

    assert [answer.headers["content-type"] for answer in answers] == [JSON, JSON]
    assert [answer.status_code for answer in answers] == [200, 400]
    message = "callback is invalid: what is a subscriber's own is no script"
    assert answers[1].json() == {"status": {"status_code": 400, "message": message}}


ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.anyio
async def test_a_list_of_a_subscriber_is_a_feed(
    database: Database, client: httpx.AsyncClient, sign: Signer
) -> None:
    """As Atom it says which feed it is and where to get it again, but not how it was signed."""
    await _subscribe(database)
    here = f"/users/{SUBSCRIBER}/queues/instant"

    answer = await client.get(_sign_as_subscriber(sign, f"{here}/?output=atom&sort=date_added"))

    feed = etree.fromstring(answer.content)
    link = feed.find(f"{ATOM}link")
    assert link is not None
    assert answer.headers["content-type"] == "application/atom+xml"
    assert (feed.tag, feed.findtext(f"{ATOM}id"), feed.findtext(f"{ATOM}title"), link.get("href")) == (
        f"{ATOM}feed",
        BASE + here,
        "Recent Additions to Instant Queue",
        f"{BASE}{here}?output=atom&sort=date_added&oauth_consumer_key={sign.key}",
    )


@pytest.mark.anyio
async def test_the_feeds_are_an_outline(database: Database, client: httpx.AsyncClient, sign: Signer) -> None:
    """As OPML it is for programs that read feeds, and its feeds open by their own addresses."""
    await _subscribe(database)

    answer = await client.get(_sign_as_subscriber(sign, f"/users/{SUBSCRIBER}/feeds?output=opml"))

    outlines = etree.fromstring(answer.content).findall("body/outline")
    opened = await client.get(outlines[0].get("xmlUrl", ""))
    assert (answer.headers["content-type"], len(outlines)) == ("text/x-opml", 12)
    assert (opened.headers["content-type"], opened.headers["cache-control"]) == (
        "application/atom+xml",
        "no-store",
    )


@pytest.mark.anyio
@pytest.mark.parametrize(
    "path",
    [
        f"/users/{SUBSCRIBER}?output=atom",
        f"/users/{SUBSCRIBER}/queues/instant/saved?output=atom",
        f"/users/{SUBSCRIBER}/queues/instant?output=opml",
        "/users/current?output=atom",
    ],
)
async def test_what_a_subscriber_has_is_not_all_a_feed(
    database: Database, client: httpx.AsyncClient, sign: Signer, path: str
) -> None:
    """Only the lists that are named as feeds are feeds, and only the list of them is an outline."""
    await _subscribe(database)

    answer = await client.get(_sign_as_subscriber(sign, path))

    assert (answer.status_code, tree(answer.content)) == (400, status(400, "output is invalid"))


@pytest.mark.anyio
@pytest.mark.parametrize(("output", "media"), [("atom", XML), ("json", JSON)])
async def test_a_change_is_answered_with_a_status(
    database: Database, client: httpx.AsyncClient, sign: Signer, output: str, media: str
) -> None:
    """A change that is made is not refused because its answer can be no feed."""
    await _subscribe(database)
    path = f"/users/{SUBSCRIBER}/ratings/title/actual?title_ref={BASE}{MOVIE}&rating=4&output={output}"

    answer = await client.post(_sign_as_subscriber(sign, path, "POST"))

    assert (answer.status_code, answer.headers["content-type"]) == (201, media)
    assert "201" in answer.text


Asked = Callable[[Signer], str]

REFUSED: Sequence[tuple[int, str, Asked]] = [
    (401, "Timestamp Is Invalid", lambda sign: f"{MOVIE}?oauth_consumer_key={sign.key}&output=json"),
    (401, "Invalid Signature", lambda sign: sign(f"{MOVIE}?output=json").replace("nonce-", "other-")),
    (400, "Missing Required Access Token", lambda sign: sign("/users/current?output=json")),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("code", "message", "asked"), REFUSED)
async def test_a_known_application_is_refused_in_json(
    client: httpx.AsyncClient, sign: Signer, code: int, message: str, asked: Asked
) -> None:
    """Who asks for JSON with a good key need not read a bare sentence (contract 8, 35)."""
    answer = await client.get(asked(sign))

    assert (answer.status_code, answer.headers["content-type"], answer.json()) == (
        code,
        JSON,
        {"status": {"status_code": code, "message": message}},
    )
    assert ("www-authenticate" in answer.headers) is (code == 401)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "message"),
    [
        (f"oauth_consumer_key={DISABLED}&output=json", "Timestamp Is Invalid"),
        ("output=json", "Missing Required Consumer Key"),
        ("oauth_consumer_key=KEY&output=json&output=pox", "parameter"),
    ],
)
async def test_a_stranger_is_refused_in_a_bare_sentence(
    client: httpx.AsyncClient, sign: Signer, query: str, message: str
) -> None:
    """Without a good key, or without a clear wish for JSON, a refusal is what it always was."""
    answer = await client.get(f"{MOVIE}?{query.replace('KEY', sign.key)}")

    if message == "parameter":
        assert (answer.status_code, tree(answer.content)) == (400, status(400, "output is invalid"))
    else:
        assert (answer.status_code, answer.headers["content-type"], answer.text) == (
            401,
            "text/plain;charset=UTF-8",
            message,
        )


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "empty"),
    [
        ("", b"<response></response>"),
        ("output=json", b'{"response":""}'),
        ("output=json&v=2.0", b'{"response":{"entry":[]}}'),
    ],
)
async def test_an_empty_bulk_answer_is_empty(client: httpx.AsyncClient, query: str, empty: bytes) -> None:
    """Without entries there is only the wrapper."""
    answer = await client.get(f"/bulk?{query}")

    assert answer.content.endswith(empty)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "parameter"), [("output=atom", "output"), ("output=json&callback=show", "callback")]
)
async def test_a_bulk_answer_is_neither_feed_nor_script(
    client: httpx.AsyncClient, query: str, parameter: str
) -> None:
    """It may hold what is a subscriber's own."""
    answer = await client.get(f"/bulk?{query}")

    assert answer.status_code == 400
    assert f"{parameter} is invalid" in answer.text


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("wrapper", "expected"),
    [
        ("", b"<synopsis><![CDATA[A shark & a town.<p>They meet.]]></synopsis></body>"),
        ("output=json", b'"synopsis":"A shark & a town.<p>They meet."}}}}'),
    ],
)
@pytest.mark.parametrize("entry", ["", "?output=json", "?output=pox", "?output=json&callback=show"])
async def test_entries_are_answered_as_the_wrapper_is(
    client: httpx.AsyncClient, sign: Signer, wrapper: str, expected: bytes, entry: str
) -> None:
    """One document has one encoding, whatever its entries ask for; one entry alone is no array."""
    answer = await client.post(f"/bulk?{wrapper}", data={"entry_a": sign(SYNOPSIS + entry)})

    assert expected in answer.content
