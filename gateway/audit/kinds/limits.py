"""Checks of the quota and of the index files (contract 2.9, 3.3)."""

import asyncio
import re
from collections.abc import Sequence

from gateway.audit.asking import Ask
from gateway.audit.audit import kind
from gateway.audit.documents import Reply, mapping
from gateway.audit.failures import enough, equal, that
from gateway.audit.session import Session
from gateway.audit.vocabulary import S

SENTENCES = ("Service is over queries per second limit", "Over queries per day limit")
BURST = 40


@kind
async def over_limit(session: Session, ask: Ask, *, part: str, pattern: str) -> None:
    """Ask that calls which come too fast are refused with 403, a sentence and the gateway's headers."""
    reply = await _refusal(session, ask)
    found = reply.text.strip() if part == "body" else reply.headers.get(part, "")
    that(re.search(pattern, found), pattern, found)


@kind
async def over_limit_passes(session: Session, ask: Ask) -> None:
    """Ask that calls are answered again a second after too many."""
    await _refusal(session, ask)
    await asyncio.sleep(1.1)
    equal((await session.rush(ask)).status, 200)


@kind
async def over_limit_json(session: Session, ask: Ask) -> None:
    """Ask for the sentence under ``status.message`` where JSON was asked for."""
    reply = await _refusal(session, ask)
    that(mapping(reply.member("status")).get("message") in SENTENCES, SENTENCES[0], reply.text)


@kind
async def index_root(session: Session, ask: Ask, root: str, item: str) -> None:
    """Ask for an index with its root and its items."""
    found = await session.beginning(ask, item, 1)
    equal((found.root, [str(one.tag) for one in found.items]), (root, [item]))


@kind
async def index_children(session: Session, ask: Ask, item: str, *, names: Sequence[str]) -> None:
    """Ask that each item of an index holds what it must."""
    for one in (await session.beginning(ask, item, 20)).items:
        equal(set(names) - {str(child.tag) for child in one}, set())


@kind
async def index_text(session: Session, ask: Ask, item: str, *, path: str, pattern: str) -> None:
    """Hold the texts at *path* in an index against a regular expression."""
    wanted = await session.fill(pattern)
    found = [
        one.text or "" for it in (await session.beginning(ask, item, 20)).items for one in it.findall(path)
    ]
    enough(found, f"no {path} in the index")
    equal([text for text in found if not re.fullmatch(wanted, text.strip())], [])


@kind
async def index_links(session: Session, ask: Ask, item: str, *, rels: Sequence[str]) -> None:
    """Ask that items of an index link to nothing but what the contract names."""
    items = (await session.beginning(ask, item, 20)).items
    found = {link.get("rel", "").removeprefix(S) for one in items for link in one.findall("link")}
    equal(found - set(rels), set())


@kind
async def index_filled(session: Session, ask: Ask, item: str, *, rel: str) -> None:
    """Ask that a link in a full index holds its content already."""
    items = (await session.beginning(ask, item, 20)).items
    found = [link for one in items for link in one.findall("link") if link.get("rel") == S + rel]
    enough(found, f"no link {rel} in the index")
    that(all(len(link) for link in found), f"{rel} filled", "an empty link")


@kind
async def index_gzipped(session: Session, ask: Ask, item: str) -> None:
    """Ask that an index is compressed where that is accepted."""
    found = await session.beginning(ask.headed("accept-encoding", "gzip"), item, 1)
    equal(found.headers.get("content-encoding"), "gzip")


@kind
async def index_stays_xml(session: Session, ask: Ask, item: str) -> None:
    """Ask that an index is XML whatever ``output`` says."""
    found = await session.beginning(ask.but(output="json"), item, 1)
    that("xml" in found.headers.get("content-type", ""), "an XML type", found.headers.get("content-type"))


async def _refusal(session: Session, ask: Ask) -> Reply:
    async with session.lock("limits"):
        replies = await asyncio.gather(*(session.rush(ask) for _ in range(BURST)))
        refused = [reply for reply in replies if reply.status == 403]
        enough(refused, f"{BURST} calls at once are within the limit")
        return refused[0]
