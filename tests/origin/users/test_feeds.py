"""A subscriber's lists as feeds."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree
from sqlalchemy import func, select

from gateway.origin.accounts import AccessToken, FeedToken
from gateway.origin.database import Database
from gateway.origin.models import Consumer
from gateway.origin.representations.feeds import ATOM, FEEDS, FeedHead, atom, feed_title, opml

from .asking import Asking, Tree, root, told, tree
from .household import ANN, BASE, put

USERS = Path(__file__).parents[2] / "contract" / "users"
HEAD = FeedHead(
    "Titles At Home", f"{BASE}/users/{ANN}/at_home", f"{BASE}/users/{ANN}/at_home?feed_token=TOKEN"
)


async def feeds_of(asking: Asking) -> etree._Element:
    """Ask for the ways to the feeds, which a session that writes may make."""
    async with asking.database.write() as session:
        (answer,) = await asking.get_all(session, [("/feeds", {})])
    return root(answer)


@pytest.fixture
async def allowed(database: Database, ann: Asking) -> Asking:
    """Let a program ask for the subscriber."""
    token = AccessToken(token="TOKEN", secret="", consumer_key="KEY", subscriber_id=ANN, created=1)
    async with database.write() as session:
        await put(session, [Consumer(key="KEY", secret="", name="Program"), token])
    return ann


@pytest.mark.anyio
async def test_all_feeds_are_listed(allowed: Asking) -> None:
    """Relations, addresses and titles are those of the contract, and each resource has its token."""
    links = await feeds_of(allowed)

    assert tree(_with_tokens_named(links)) == _written("feeds.xml")


@pytest.mark.anyio
async def test_feeds_are_an_outline_too(allowed: Asking) -> None:
    """OPML has the same titles and addresses, and says when it was made."""
    links = _with_tokens_named(await feeds_of(allowed))

    assert tree(opml(links, now=1_119_096_712)) == _written("feeds.opml")


@pytest.mark.anyio
async def test_tokens_are_made_once(database: Database, allowed: Asking) -> None:
    """Whoever asks again is told the same addresses; a token opens one resource."""
    first, second = await feeds_of(allowed), await feeds_of(allowed)

    async with database.read() as session:
        kept = await session.scalar(select(func.count()).select_from(FeedToken))
    tokens = {parse_qs(urlsplit(link.get("href", "")).query)["feed_token"][0] for link in first}
    assert tree(first) == tree(second)
    assert len(tokens) == kept == len({feed.resource for feed in FEEDS}) == 10


@pytest.mark.anyio
async def test_without_an_access_token_there_are_no_feeds(ann: Asking) -> None:
    """Only who was allowed in by a token is given further ones."""
    ann.token = None
    async with ann.database.read() as session:
        (answer,) = await ann.get_all(session, [("/feeds", {})])

    assert told(answer) == (400, None, "Missing Required Access Token")


@pytest.mark.anyio
async def test_a_list_is_a_feed_of_entries(ann: Asking) -> None:
    """The Atom document written by hand is what a list becomes."""
    shown = atom(root(await ann.get("/at_home")), HEAD, now=9_000)

    assert tree(shown) == _written("at_home.atom")
    assert shown.nsmap == {None: ATOM}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/rental_history", "1970-01-01T01:56:40Z"),
        ("/recommendations", "1970-01-01T02:30:00Z"),
        ("/ratings/title/actual", "1970-01-01T00:03:20Z"),
        ("/reviews", "1970-01-01T00:06:40Z"),
    ],
)
async def test_a_feed_is_as_new_as_its_newest_item(ann: Asking, path: str, expected: str) -> None:
    """The feed bears the latest moment of its items, or that of the request where they have none."""
    document = root(await ann.get(path, expand="synopsis"))
    shown = atom(document, HEAD, now=9_000)

    names = [title.get("regular") for title in document.iterfind("*/title")]
    assert shown.findtext(f"{{{ATOM}}}updated") == expected
    assert [entry.findtext(f"{{{ATOM}}}title") for entry in shown.iterfind(f"{{{ATOM}}}entry")] == names


def test_a_queues_feed_bears_the_moment_of_the_request() -> None:
    """Queues change without their items changing (contract 3.9)."""
    queue = etree.fromstring("<queue><queue_item><id>1</id><updated>5</updated></queue_item></queue>")

    shown = atom(queue, HEAD, now=9_000)

    assert [moment.text for moment in shown.iter(f"{{{ATOM}}}updated")] == [
        "1970-01-01T02:30:00Z",
        "1970-01-01T00:00:05Z",
    ]


def test_what_is_shown_is_escaped_once() -> None:
    """A synopsis is HTML already; names and reviews are text."""
    item = etree.fromstring(
        '<reviews><review><id>1</id><title regular="A &amp; &quot;B&quot;"/><box_art large="l"/>'
        "<link><synopsis>&lt;b&gt;x&lt;/b&gt;</synopsis></link><write-up>a &lt; b</write-up>"
        "</review></reviews>"
    )

    assert atom(item, HEAD, now=1).findtext(f"*/{{{ATOM}}}content") == (
        '<p><img src="l" alt="A &amp; &quot;B&quot;"></p><p><b>x</b></p><p>a &lt; b</p>'
    )


def test_categories_are_copied() -> None:
    """Atom's categories have the very attributes that ours have."""
    item = etree.fromstring(
        '<queue><queue_item><id>1</id><category scheme="s" label="l" term="t">Text</category>'
        "</queue_item></queue>"
    )

    (category,) = atom(item, HEAD, now=1).iter(f"{{{ATOM}}}category")
    assert category.items() == [("scheme", "s"), ("label", "l"), ("term", "t")]


@pytest.mark.parametrize(
    ("resource", "sort", "expected"),
    [
        ("/queues/disc", "", "DVD Queue"),
        ("/queues/disc", "date_added", "Recent Additions to DVD Queue"),
        ("/reviews", "date_added", "Reviews"),
        ("/nothing", "", None),
    ],
)
def test_a_feed_has_the_title_of_its_link(resource: str, sort: str, expected: str | None) -> None:
    """The title is found by the resource and by the order that is asked for."""
    assert feed_title(resource, sort) == expected


def _with_tokens_named(links: etree._Element) -> etree._Element:
    """Put the path of the resource in the place of each token, which differs every time."""
    for link in links:
        href = link.get("href", "")
        token = parse_qs(urlsplit(href).query)["feed_token"][0]
        path = urlsplit(href).path.removeprefix(f"/users/{ANN}")
        link.set("href", href.replace(token, f"TOKEN{path}"))
    return links


def _written(name: str) -> Tree:
    parser = etree.XMLParser(remove_comments=True)
    return tree(etree.fromstring((USERS / name).read_bytes(), parser))
