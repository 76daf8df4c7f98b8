"""Checks of a subscriber's feeds, which open without a signature (contract 2.7, 3.9)."""

import re
from urllib.parse import parse_qsl, urlsplit

from gateway.audit.asking import Ask, Who, get
from gateway.audit.audit import kind
from gateway.audit.documents import Element, link, parse, some, text_of
from gateway.audit.failures import equal, that
from gateway.audit.session import Session
from gateway.audit.vocabulary import FEED_PATHS, FEED_TITLES, S

ATOM = "{http://www.w3.org/2005/Atom}"


@kind
async def feed_listed(session: Session, tail: str) -> None:
    """Ask that a feed is listed under its relation and title, with its token in the address."""
    found = await _feed(session, tail)
    equal(found.get("title"), FEED_TITLES[tail])
    parts = urlsplit(found.get("href", ""))
    query = dict(parse_qsl(parts.query))
    equal(urlsplit(await session.fill(f"{{b}}/users/{{u}}{FEED_PATHS[tail]}")).path, parts.path)
    equal((query.get("oauth_consumer_key"), query.get("output")), (session.credentials.key, "atom"))
    equal(query.get("sort"), "date_added" if tail.endswith(".recent") else None)
    that(query.get("feed_token"), "a feed token", query)


@kind
async def feed_opens(session: Session, tail: str) -> None:
    """Ask that a feed opens as Atom without a signature."""
    reply = await session.send(await _open(session, tail))
    equal(reply.root().tag, f"{ATOM}feed")
    equal(reply.headers.get("content-type", "").partition(";")[0], "application/atom+xml")


@kind
async def feed_as_xml(session: Session, tail: str, root: str) -> None:
    """Ask that a feed without ``output=atom`` is the resource itself."""
    equal((await session.send((await _open(session, tail)).but(output=None))).root().tag, root)


@kind
async def feed_as_json(session: Session, tail: str, root: str) -> None:
    """Ask that a feed may be had as JSON."""
    reply = await session.send((await _open(session, tail)).but(output="json"))
    reply.ok().member(root)


@kind
async def feed_extended(session: Session, tail: str, name: str, value: str) -> None:
    """Ask that parameters may be added to a feed's address."""
    (await session.send((await _open(session, tail)).but(**{name: value}))).root()


@kind
async def feed_forged(session: Session, tail: str, token: str) -> None:
    """Ask that a feed does not open by another token."""
    reply = await session.send((await _open(session, tail)).but(feed_token=token))
    that(reply.status in {401, 403}, "401 or 403", reply.status)


@kind
async def feed_elsewhere(session: Session, tail: str, path: str) -> None:
    """Ask that the token of one feed opens no other resource."""
    ask = (await _open(session, tail)).at(await session.fill(f"/users/{{u}}{path}"))
    reply = await session.send(ask)
    that(reply.status in {400, 401, 403}, "a refusal", reply.status)


@kind
async def feed_read_only(session: Session, tail: str, verb: str) -> None:
    """Ask that a feed's token writes nothing."""
    reply = await session.send((await _open(session, tail)).via(verb).but(title_ref="{movie}"))
    that(400 <= reply.status < 500, "a refusal", reply.status)


@kind
async def feed_private(session: Session, tail: str) -> None:
    """Ask that no cache which others share keeps a feed."""
    found = (await session.send(await _open(session, tail))).ok().headers.get("cache-control", "")
    that(re.search("private|no-store", found), "private or no-store", found)


@kind
async def atom_head(session: Session, tail: str) -> None:
    """Ask that an Atom feed has an id without its token, a title, and the time of change."""
    root = (await session.send(await _open(session, tail))).root()
    equal(text_of(root, f"{ATOM}title"), FEED_TITLES[tail])
    that("feed_token" not in text_of(root, f"{ATOM}id"), "an id without a token", text_of(root, f"{ATOM}id"))
    that(
        re.match(r"\d{4}-\d\d-\d\dT", text_of(root, f"{ATOM}updated")),
        "a time",
        text_of(root, f"{ATOM}updated"),
    )


@kind
async def atom_entries(session: Session, tail: str) -> None:
    """Ask for an entry for each item, with id, title, time and a link to the title."""
    ask = await _open(session, tail)
    root = (await session.send(ask)).root()
    plain = (await session.send(ask.but(output=None))).root()
    entries = root.findall(f"{ATOM}entry")
    equal([text_of(one, f"{ATOM}id") for one in entries], [item.text for item in plain.findall("*/id")])
    for one in entries[:5]:
        that(text_of(one, f"{ATOM}title") and text_of(one, f"{ATOM}updated"), "title and time", one.tag)
        rels = {item.get("rel") for item in one.findall(f"{ATOM}link")}
        that(f"{S}/catalog/title" in rels, "a link to the title", rels)


@kind
async def opml(session: Session) -> None:
    """Ask for OPML 2.0 whose outlines are the feeds."""
    root = parse((await session.send(get("/users/{u}/feeds", output="opml"))).ok().content)
    equal((root.tag, root.get("version")), ("opml", "2.0"))
    that(root.findtext("head/title") and root.findtext("head/dateCreated"), "a title and a date", "none")
    outlines = some(root, "body/outline")
    equal({tuple(sorted(map(str, item.attrib))) for item in outlines}, {("text", "title", "type", "xmlUrl")})
    equal({item.get("type") for item in outlines}, {"rss"})


@kind
async def opml_like_links(session: Session) -> None:
    """Ask that OPML and XML list the same addresses."""
    listed = (await session.send(get("/users/{u}/feeds"))).root()
    root = parse((await session.send(get("/users/{u}/feeds", output="opml"))).ok().content)
    found = [item.get("xmlUrl") for item in some(root, "body/outline")]
    equal(sorted(map(str, found)), sorted(str(item.get("href")) for item in listed.findall("link")))


async def _feed(session: Session, tail: str) -> Element:
    return link((await session.send(get("/users/{u}/feeds"))).root(), f"{S}/feed.{tail}")


async def _open(session: Session, tail: str) -> Ask:
    href = (await _feed(session, tail)).get("href", "")
    path, _, query = href.partition("?")
    return Ask(path=path, query=tuple(parse_qsl(query)), who=Who.NOBODY)
