"""Checks of the bulk update of a queue: a PUT of the whole order (contract 3.12)."""

from xml.sax.saxutils import quoteattr

from gateway.audit.asking import Ask, Who
from gateway.audit.audit import kind
from gateway.audit.documents import Reply, parse
from gateway.audit.failures import equal, that
from gateway.audit.queue import Queue, State, kept, unchanged
from gateway.audit.session import Session
from gateway.audit.vocabulary import S

CASES = {
    "duplicate": lambda order: [*order, order[-1]],
    "unknown": lambda order: [*order, "{b}/catalog/titles/movies/999999999999"],
    "nonsense": lambda order: [*order, "{b}/nothing"],
}


@kind
async def put_reorders(session: Session) -> None:
    """Ask that the document's order becomes the queue's, and the answer is a code alone."""
    async with kept(session, "instant", 2) as (queue, _):
        state = await queue.state()
        wanted = _swapped(state.order)
        equal((await _put(queue, wanted, state.etag)).status, 200)
        equal((await queue.state()).order, wanted)


@kind
async def put_adds_and_removes(session: Session) -> None:
    """Ask that titles that are new come in and titles that are missing go."""
    async with kept(session, "instant", 2) as (queue, titles):
        state = await queue.state()
        wanted = [*state.order[:-1], titles[2]]
        equal((await _put(queue, wanted, state.etag)).status, 200)
        equal((await queue.state()).order, wanted)


@kind
async def put_identical(session: Session) -> None:
    """Ask for 304 where the document is the queue already."""
    async with kept(session, "instant", 1) as (queue, _):
        state = await queue.state()
        equal((await _put(queue, state.order, state.etag)).status, 304)
        await unchanged(queue, state)


@kind
async def put_refused(session: Session, case: str, codes: tuple[int, int | None]) -> None:
    """Ask that a document which cannot be done is refused with its code and changes nothing."""
    async with kept(session, "instant", 2) as (queue, _):
        state = await queue.state()
        reply = await _put(queue, CASES[case](state.order), state.etag)
        await _refused(queue, state, reply, codes)


@kind
async def put_stale(session: Session, *, place: str) -> None:
    """Ask for 412 where the etag is an old one, in the body or in the header."""
    async with kept(session, "instant", 2) as (queue, _):
        state = await queue.state()
        wanted = _swapped(state.order)
        reply = await _put(
            queue, wanted, "1" if place == "body" else None, "1" if place == "header" else None
        )
        await _refused(queue, state, reply, (412, None))


@kind
async def put_fresh_header(session: Session) -> None:
    """Ask that the etag may come in the header alone."""
    async with kept(session, "instant", 2) as (queue, _):
        state = await queue.state()
        wanted = _swapped(state.order)
        equal((await _put(queue, wanted, None, state.etag)).status, 200)
        equal((await queue.state()).order, wanted)


@kind
async def put_malformed(session: Session, body: str) -> None:
    """Ask that a body which is no queue is refused and changes nothing."""
    async with kept(session, "instant", 1) as (queue, _):
        state = await queue.state()
        ask = Ask(path=queue.path, verb="PUT", content=body.encode(), who=Who.ME)
        reply = await session.send(ask.headed("content-type", "text/xml"))
        that(400 <= reply.status < 500, "a refusal", reply.status)
        await unchanged(queue, state)


@kind
async def put_too_large(session: Session, count: int) -> None:
    """Ask for 409 or 400 where the document is longer than a queue may be, and that nothing changes."""
    async with kept(session, "instant", 1) as (queue, _):
        state = await queue.state()
        made_up = [f"{{b}}/catalog/titles/movies/{number}" for number in range(1, count)]
        reply = await _put(queue, [*state.order, *made_up], state.etag)
        that(reply.status in {400, 409}, "409, or 400 for the titles", reply.status)
        await unchanged(queue, state)


def _swapped(order: list[str]) -> list[str]:
    """Return *order* with its last two turned round: titles that the audit itself brought in."""
    return [*order[:-2], *reversed(order[-2:])]


async def _put(queue: Queue, order: list[str], etag: str | None, header: str | None = None) -> Reply:
    items = "".join(_queue_item(href) for href in order)
    stamp = "" if etag is None else f"<etag>{etag}</etag>"
    body = f"<queue>{stamp}{items}</queue>"
    ask = Ask(path=queue.path, verb="PUT", content=body.encode(), who=Who.ME)
    ask = ask.headed("content-type", "text/xml;charset=UTF-8")
    return await queue.session.send(ask if header is None else ask.headed("etag", f'"{header}"'))


def _queue_item(href: str) -> str:
    return (
        f'<queue_item><link rel="{S}/queues.available" title="available queue"></link>'
        f'<link href={quoteattr(href)} rel="{S}/catalog/title" title="x"></link>'
        '<category scheme="{b}/categories/title_formats" label="Instant" term="Instant"></category>'
        "</queue_item>"
    )


async def _refused(queue: Queue, before: State, reply: Reply, codes: tuple[int, int | None]) -> None:
    equal(reply.status, codes[0])
    if reply.content.strip() and codes[1] is not None:
        equal(parse(reply.content).findtext("sub_code"), str(codes[1]))
    await unchanged(queue, before)
