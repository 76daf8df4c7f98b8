"""Checks of queues as they are changed (contract 3.12), each of which puts back what it changed."""

import asyncio
from dataclasses import replace

from gateway.audit.asking import Who, get
from gateway.audit.audit import kind
from gateway.audit.documents import categories, every, parse, some, text_of
from gateway.audit.failures import AuditSkipped, enough, equal, that
from gateway.audit.queue import Queue, State, kept, refused, unchanged
from gateway.audit.session import Session

UNKNOWN = "{b}/catalog/titles/movies/999999999999"


@kind
async def adds(session: Session, name: str) -> None:
    """Ask that a title without a position comes last."""
    async with kept(session, name, 1) as (queue, titles):
        reply = await queue.add(titles[1])
        equal(reply.status, 201)
        equal((await queue.state()).order[-2:], titles)


@kind
async def add_answer(session: Session, name: str) -> None:
    """Ask that the answer to an add is a status with the new etag and the whole entry."""
    async with kept(session, name, 0) as (queue, titles):
        root = parse((await queue.add(titles[0])).content)
        equal([str(child.tag) for child in root], ["status_code", "message", "etag", "resources_created"])
        equal((text_of(root, "status_code"), text_of(root, "message")), ("201", "Move successful"))
        state = await queue.state()
        equal(text_of(root, "etag"), state.etag)
        equal(text_of(root, "resources_created/queue_item/id"), state.available[-1].id)
        that(every(root, "resources_created/queue_item/title"), "the title inline", "none")


@kind
async def add_location(session: Session, name: str) -> None:
    """Ask that an add says where the new entry is."""
    async with kept(session, name, 0) as (queue, titles):
        reply = await queue.add(titles[0])
        equal(reply.headers.get("location"), (await queue.state()).available[-1].id)


@kind
async def adds_at(session: Session, name: str, position: int) -> None:
    """Ask that a title lands at its position and moves the others down."""
    async with kept(session, name, 2) as (queue, titles):
        before = (await queue.state()).order
        equal((await queue.add(titles[2], position=position)).status, 201)
        before.insert(position - 1, titles[2])
        equal((await queue.state()).order, before)


@kind
async def adds_past_end(session: Session, name: str, beyond: int) -> None:
    """Ask that a position behind the end means the end."""
    async with kept(session, name, 1) as (queue, titles):
        place = len((await queue.state()).order) + beyond
        equal((await queue.add(titles[1], position=place)).status, 201)
        equal((await queue.state()).order[-1], titles[1])


@kind
async def add_refused(
    session: Session, name: str, form: tuple[tuple[str, str], ...], codes: tuple[int, int | None]
) -> None:
    """Ask that a wrong parameter is refused with its code and changes nothing."""
    async with kept(session, name, 1) as (queue, titles):
        before = await queue.state()
        pairs = dict([("title_ref", titles[1]), *form])
        ask = replace(
            queue.adding(""), form=tuple((key, value) for key, value in pairs.items() if value != "-")
        )
        refused(await session.send(ask), *codes)
        await unchanged(queue, before)


@kind
async def moves(session: Session, name: str, *, by: str) -> None:
    """Ask that a title which is there moves to a new position, and that the answer holds it alone."""
    async with kept(session, name, 3) as (queue, titles):
        item = (await queue.state()).available[-1]
        reply = await queue.add(item.id if by == "item" else item.title, position=1)
        equal(reply.status, 201)
        equal(len(every(parse(reply.content), "resources_created/queue_item")), 1)
        order = (await queue.state()).order
        equal((order[0], order[-2:]), (titles[2], titles[:2]))


@kind
async def duplicate(session: Session, name: str) -> None:
    """Ask for 412 with 710 where a title is there already, and that nothing changes."""
    async with kept(session, name, 1) as (queue, titles):
        before = await queue.state()
        refused(await queue.add(titles[0]), 412, 710)
        await unchanged(queue, before)


@kind
async def stale(session: Session, name: str, *, verb: str) -> None:
    """Ask for 412 without a sub code where the etag is an old one, and that nothing changes."""
    async with kept(session, name, 2) as (queue, titles):
        before = await queue.state()
        if verb == "DELETE":
            reply = await queue.remove(before.available[-1].id, etag="1")
        else:
            reply = await queue.add(titles[2], etag="1")
        refused(reply, 412, None)
        await unchanged(queue, before)


@kind
async def fresh(session: Session, name: str, *, verb: str) -> None:
    """Ask that a write with the right etag counts."""
    async with kept(session, name, 1) as (queue, titles):
        state = await queue.state()
        if verb == "DELETE":
            equal((await queue.remove(state.available[-1].id, etag=state.etag)).status, 200)
        else:
            equal((await queue.add(titles[1], etag=state.etag)).status, 201)


@kind
async def etag_moves(session: Session, name: str) -> None:
    """Ask that each change gives another etag, and reading gives the same."""
    async with kept(session, name, 0) as (queue, titles):
        first, again = (await queue.state()).etag, (await queue.state()).etag
        equal(again, first)
        await queue.add(titles[0])
        second = await queue.state()
        await queue.remove(second.available[-1].id)
        third = (await queue.state()).etag
        that(first != second.etag != third, "three changes of etag", (first, second.etag, third))


@kind
async def other_queue_untouched(session: Session, name: str, other: str) -> None:
    """Ask that a write to one queue leaves the other and its etag as they are."""
    async with kept(session, name, 0) as (queue, titles):
        before = await Queue(session, other).state()
        await queue.add(titles[0])
        await unchanged(Queue(session, other), before)


@kind
async def one_wins(session: Session, name: str, count: int) -> None:
    """Ask that of simultaneous writes with the same etag one counts and the others get 412."""
    async with kept(session, name, 0) as (queue, _):
        state = await queue.state()
        titles = await queue.spare(count, state)
        replies = await asyncio.gather(*(queue.add(title, etag=state.etag) for title in titles))
        equal(sorted(reply.status for reply in replies), [201, *[412] * (count - 1)])


@kind
async def replayed_write(session: Session, name: str) -> None:
    """Ask that a write which is sent twice, nonce and all, counts once."""
    async with kept(session, name, 1) as (queue, _):
        item = (await queue.state()).available[-1]
        request = await session.request(replace(queue.adding(item.title, position=1)))
        bare = replace(queue.adding(item.title, position=1), who=Who.NOBODY)
        again = replace(bare, query=tuple(request.url.params.items()))
        equal([(await session.send(again)).status, (await session.send(again)).status], [201, 401])


@kind
async def stranger_refused(session: Session, name: str) -> None:
    """Ask that nobody writes to another's queue."""
    async with kept(session, name, 0) as (queue, titles):
        before: State = await queue.state()
        reply = await session.send(queue.adding(titles[0]).by(Who.OTHER))
        equal(reply.status, 401)
        await unchanged(queue, before)


@kind
async def set_adds_discs(session: Session) -> None:
    """Ask that a title of several discs becomes an entry for each disc."""
    owner, discs = await _set(session)
    async with kept(session, "disc", 0) as (queue, _):
        reply = await queue.add(owner)
        enough(reply.status != 412, "the set is in the queue already")
        equal(reply.status, 201)
        equal(len(every(parse(reply.content), "resources_created/queue_item")), len(discs))


@kind
async def set_added_partly(session: Session) -> None:
    """Ask for 201 with 640 where a disc of the set is in the queue already, and for its name."""
    owner, discs = await _set(session)
    async with kept(session, "disc", 0) as (queue, _):
        first = await queue.add(discs[0])
        enough(first.status == 201, "the set is in the queue already")
        reply = await queue.add(owner)
        root = parse(reply.content)
        equal((reply.status, root.findtext("sub_code")), (201, "640"))
        found = [item.get("href") for item in some(root, "already_in_queue/link")]
        that(discs[0] in found, "the disc that was there", found)


@kind
async def default_format(session: Session) -> None:
    """Ask that a disc without a format gets the first that the subscriber prefers, or DVD."""
    user = (await session.send(get("/users/{u}"))).root()
    preferred = [one.get("term") for one in user.findall("preferred_formats/category")]
    discs = [term for term in preferred if term in {"DVD", "Blu-ray"}]
    async with kept(session, "disc", 0) as (queue, titles):
        root = parse((await queue.add(titles[0])).content)
        found = categories(some(root, "resources_created/queue_item")[0], "title_formats")
        that(found[0] in {*discs[:1], "DVD"}, [*discs[:1], "DVD"].__repr__(), found)


@kind
async def state_follows(session: Session, name: str, term: str) -> None:
    """Ask that title_states call a title queued as soon as it is."""
    async with kept(session, name, 1) as (_, titles):
        root = (await session.send(get("/users/{u}/title_states", title_refs=titles[0]))).root()
        found = [
            term
            for item in some(root, "title_state/title_state_item")
            if some(item, "link")[0].get("rel", "").endswith(f"queues.{name}")
            for one in item.findall("format")
            for term in categories(one, "title_states")
        ]
        that(term in found, term, found)


async def _set(session: Session) -> tuple[str, list[str]]:
    """Return a title of several discs, and those discs; discs of bonus materials do not count."""
    for sort in ("season", "series", "movie"):
        try:
            address = await session.sample(f"{sort}.discs")
        except AuditSkipped:
            continue
        owner = address.rpartition("/")[0]
        found = [
            text_of(one, "id") for one in every((await session.see(get(address))).root(), "catalog_title")
        ]
        extra = await session.see(get(f"{owner}/bonus_materials"))
        bonus = {item.get("href") for item in parse(extra.content).findall("link")}
        discs = [disc for disc in found if disc not in bonus]
        if len(discs) > 1:
            return owner, discs
    raise AuditSkipped("no set of several discs")
