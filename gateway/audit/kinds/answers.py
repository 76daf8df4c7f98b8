"""Checks of an answer as a whole: status, media type, headers, and how errors look (contract 1.15, 5)."""

import re
from dataclasses import replace

from gateway.audit.asking import Ask
from gateway.audit.audit import kind
from gateway.audit.documents import Reply, mapping, parse, tree
from gateway.audit.failures import AuditFailed, equal, that
from gateway.audit.session import Session


@kind
async def status(session: Session, ask: Ask, expected: int) -> None:
    """Hold the status of an answer against *expected*."""
    reply = await session.see(ask)
    that(reply.status == expected, str(expected), f"{reply.status} {reply.text.strip()}")


@kind
async def content_type(session: Session, ask: Ask, media: str) -> None:
    """Hold the Content-Type against *media*, blanks and letter case aside."""
    reply = (await session.see(ask)).ok()
    equal(_plain(reply.headers.get("content-type", "")), _plain(media))


@kind
async def xml_type(session: Session, ask: Ask) -> None:
    """Ask for any XML type, which browser clients need for ``responseXML``."""
    found = (await session.see(ask)).ok().headers.get("content-type", "")
    that(re.match(r"(text|application)/(\w+\+)?xml\b", found), "an XML type", found)


@kind
async def header(session: Session, ask: Ask, name: str, pattern: str) -> None:
    """Hold one header against a regular expression."""
    found = (await session.see(ask)).headers.get(name, "")
    that(re.fullmatch(pattern, found), f"{name}: {pattern}", found)


@kind
async def status_document(
    session: Session, ask: Ask, status: int, *, sub_code: int | None = None, message: str | None = None
) -> None:
    """Hold an application error against its ``<status>`` document."""
    reply = await session.send(ask)
    equal(reply.status, status)
    root = parse(reply.content)
    equal(root.tag, "status")
    equal(root.findtext("status_code"), str(status))
    equal(root.findtext("sub_code"), None if sub_code is None else str(sub_code))
    found = root.findtext("message") or ""
    that(_says(found, message), message or "a message", found)


@kind
async def status_order(session: Session, ask: Ask) -> None:
    """Ask for status_code, sub_code and message in that order and nothing else."""
    names = [str(child.tag) for child in parse((await session.send(ask)).content)]
    wanted = [name for name in ("status_code", "sub_code", "message") if name in names]
    that("message" in names, "a message", names)
    equal(names, wanted)


@kind
async def plain_text(session: Session, ask: Ask, status: int, sentence: str) -> None:
    """Hold a gateway's or OAuth's error against its bare sentence."""
    reply = await session.send(ask)
    that(reply.status == status, str(status), f"{reply.status} {reply.text.strip()}")
    equal(reply.headers.get("content-type", "").partition(";")[0], "text/plain")
    equal(reply.text.strip(), sentence)


@kind
async def json_error(
    session: Session, ask: Ask, status: int, *, sub_code: int | None = None, message: str | None = None
) -> None:
    """Hold an error in JSON against ``{"status": {...}}`` with its codes as numbers."""
    reply = await session.send(ask)
    equal(reply.status, status)
    found = reply.member("status")
    that(_says(str(found.get("message", "")), message), message or "a message", found)
    equal(found.get("status_code"), status)
    equal(found.get("sub_code"), sub_code)


@kind
async def bad_parameter(session: Session, ask: Ask, name: str) -> None:
    """Ask for 400 with the sentence ``<name> is invalid``."""
    reply = await session.send(ask)
    that(reply.status == 400, "400", f"{reply.status} {reply.text.strip()}")
    equal(parse(reply.content).findtext("message"), f"{name} is invalid")


@kind
async def missing_resource(session: Session, ask: Ask) -> None:
    """Ask for 404 as a ``<status>`` document (contract 8, 21)."""
    reply = await session.see(ask)
    that(reply.status == 404, "404", f"{reply.status} {reply.text.strip()}")
    equal(parse(reply.content).findtext("status_code"), "404")


@kind
async def verb_refused(session: Session, ask: Ask) -> None:
    """Ask for 405 where a resource does not know the verb."""
    equal((await session.send(ask)).status, 405)


@kind
async def refused_kindly(session: Session, ask: Ask) -> None:
    """Ask for an error of the caller, never of the server."""
    reply = await session.send(ask)
    that(400 <= reply.status < 500, "a status of 4xx", f"{reply.status} {reply.text.strip()}")


@kind
async def same_answer(session: Session, one: Ask, other: Ask) -> None:
    """Ask for the same document from two requests."""
    first, second = await session.see(one), await session.see(other)
    equal(_comparable(second.ok()), _comparable(first.ok()))


@kind
async def another_answer(session: Session, one: Ask, other: Ask) -> None:
    """Ask for different documents from two requests."""
    first, second = await session.see(one), await session.see(other)
    that(_comparable(first.ok()) != _comparable(second.ok()), "two different documents", first.text)


@kind
async def parameter_ignored(session: Session, ask: Ask, name: str, value: str) -> None:
    """Ask that a parameter which means nothing changes nothing, though it is signed."""
    plain = await session.see(ask)
    odd = await session.see(replace(ask, query=(*ask.query, (name, value))))
    equal(_comparable(odd.ok()), _comparable(plain.ok()))


def _comparable(reply: Reply) -> object:
    if "json" in reply.headers.get("content-type", ""):
        return mapping(reply.json())
    try:
        return tree(parse(reply.content))
    except AuditFailed:
        return reply.text


def _says(found: str, wanted: str | None) -> bool:
    return bool(found) if wanted is None else found == wanted


def _plain(media: str) -> str:
    return media.replace(" ", "").lower()
