"""Checks of conditional requests and compression (contract 1.12, 1.13)."""

import re

from gateway.audit.asking import Ask
from gateway.audit.audit import kind
from gateway.audit.documents import Reply, parse, tree
from gateway.audit.failures import equal, that
from gateway.audit.session import Session


@kind
async def etag_quoted(session: Session, ask: Ask) -> None:
    """Ask for an ETag, quoted."""
    found = (await session.see(ask)).ok().headers.get("etag", "")
    that(re.fullmatch(r'"[^"]+"', found), "a quoted ETag", found)


@kind
async def etag_stable(session: Session, ask: Ask) -> None:
    """Ask that the same resource has the same ETag twice."""
    first, second = await session.send(ask), await session.send(ask)
    that("etag" in first.headers, "an ETag", dict(first.headers))
    equal(second.headers.get("etag"), first.headers.get("etag"))


@kind
async def etag_tells_apart(session: Session, one: Ask, other: Ask) -> None:
    """Ask that two representations do not share an ETag."""
    first, second = (await session.see(one)).ok(), (await session.see(other)).ok()
    that("etag" in first.headers, "an ETag", dict(first.headers))
    that(first.headers["etag"] != second.headers.get("etag"), "two ETags", first.headers["etag"])


@kind
async def not_modified(session: Session, ask: Ask) -> None:
    """Ask for 304 without a body where the ETag is still the right one."""
    fresh = (await session.send(ask)).ok()
    reply = await session.send(ask.headed("if-none-match", _etag(fresh)))
    equal((reply.status, reply.content), (304, b""))


@kind
async def not_modified_among(session: Session, ask: Ask) -> None:
    """Ask for 304 where the right ETag is one of several."""
    fresh = (await session.send(ask)).ok()
    reply = await session.send(ask.headed("if-none-match", f'"000000000001", {_etag(fresh)}'))
    equal(reply.status, 304)


@kind
async def etag_repeated(session: Session, ask: Ask) -> None:
    """Ask that 304 carries the ETag again."""
    fresh = (await session.send(ask)).ok()
    reply = await session.send(ask.headed("if-none-match", _etag(fresh)))
    equal((reply.status, reply.headers.get("etag")), (304, _etag(fresh)))


@kind
async def modified(session: Session, ask: Ask) -> None:
    """Ask for the whole document where the ETag is another one."""
    reply = await session.send(ask.headed("if-none-match", '"000000000001"'))
    equal(reply.status, 200)
    that(reply.content, "a document", "nothing")


@kind
async def gzipped(session: Session, ask: Ask) -> None:
    """Ask for gzip where it is accepted, and for the same document within."""
    plain = (await session.send(ask)).ok()
    reply = (await session.send(_gzip(ask))).ok()
    equal(reply.headers.get("content-encoding"), "gzip")
    equal(tree(parse(reply.content)), tree(parse(plain.content)))


@kind
async def gzip_suffix(session: Session, ask: Ask) -> None:
    """Ask that the ETag of a compressed answer ends in ``-gzip``."""
    found = (await session.send(_gzip(ask))).headers.get("etag", "")
    that(re.fullmatch(r'"[^"]+-gzip"|"[^"]+"-gzip', found), 'an ETag that ends in -gzip"', found)


@kind
async def gzip_not_modified(session: Session, ask: Ask) -> None:
    """Ask for 304 where the ETag of a compressed answer comes back."""
    fresh = (await session.send(_gzip(ask))).ok()
    reply = await session.send(_gzip(ask).headed("if-none-match", _etag(fresh)))
    equal(reply.status, 304)


@kind
async def identity(session: Session, ask: Ask) -> None:
    """Ask for no compression where none is accepted."""
    reply = (await session.send(ask)).ok()
    equal(reply.headers.get("content-encoding", "identity"), "identity")


@kind
async def errors_not_cached(session: Session, ask: Ask) -> None:
    """Ask that an error carries no ETag by which it could stay."""
    reply = await session.send(ask)
    that(reply.status >= 400, "an error", reply.status)
    equal(reply.headers.get("etag"), None)


def _gzip(ask: Ask) -> Ask:
    return ask.headed("accept-encoding", "gzip")


def _etag(reply: Reply) -> str:
    that("etag" in reply.headers, "an ETag", dict(reply.headers))
    return reply.headers["etag"]
