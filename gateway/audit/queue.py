"""A subscriber's queue as audits see and change it, put back afterwards as it was."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from gateway.audit.asking import Ask, delete, get, post
from gateway.audit.documents import Element, Reply, categories, every, links, parse, text_of
from gateway.audit.failures import AuditFailed, enough, equal
from gateway.audit.samples import TERMS
from gateway.audit.session import Session
from gateway.audit.vocabulary import S

FILTERS = {"instant": "instant", "disc": "disc"}


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a queue."""

    id: str
    title: str
    format: str
    position: int | None


@dataclass(frozen=True, slots=True)
class State:
    """A queue at one moment."""

    etag: str
    items: tuple[Item, ...]

    @property
    def available(self) -> list[Item]:
        """Return the entries that have a place in the order."""
        return [item for item in self.items if item.position is not None]

    @property
    def order(self) -> list[str]:
        """Return the titles in the order of their places."""
        return [item.title for item in self.available]


@dataclass(frozen=True, slots=True)
class Queue:
    """One of the two queues of the subscriber who is audited."""

    session: Session
    name: str

    @property
    def path(self) -> str:
        """Return where the queue is."""
        return f"/users/{{u}}/queues/{self.name}"

    async def state(self) -> State:
        """Read the whole queue."""
        root = (await self.session.send(get(self.path, max_results=500))).root()
        return State(text_of(root, "etag"), tuple(_item(one) for one in every(root, "queue_item")))

    async def add(self, title: str, **more: object) -> Reply:
        """Post a title."""
        return await self.session.send(self.adding(title, **more))

    def adding(self, title: str, **more: object) -> Ask:
        """Return the POST of a title."""
        return post(self.path, title_ref=title, **more)

    async def remove(self, address: str, **query: object) -> Reply:
        """Delete the entry at *address*."""
        return await self.session.send(_owned(delete(address, **query)))

    async def spare(self, count: int, state: State) -> list[str]:
        """Return titles that may be added to what is there: films of one entry, in this queue's formats."""
        taken = {item.title for item in state.items}
        found: dict[str, None] = {}
        for term in TERMS:
            filters = f"{{b}}/categories/title_formats/{FILTERS[self.name]}"
            ask = get("/catalog/titles", term=term, v="1.5", filters=filters, max_results=100)
            for title in every((await self.session.read(ask)).root(), "catalog_title"):
                if _is_single(title) and text_of(title, "id") not in taken:
                    found[text_of(title, "id")] = None
            if len(found) >= 4 * count:
                break
        enough(len(found) >= count, f"fewer than {count} titles to add to the {self.name} queue")
        return await self._playable(list(found), count)

    async def _playable(self, titles: list[str], count: int) -> list[str]:
        """Keep those that would land in the queue's order, as title_states say of what is not in it."""
        ask = get("/users/{u}/title_states", title_refs=",".join(titles[:50]))
        good = [
            state.findall("link")[0].get("href", "")
            for state in (await self.session.read(ask)).root().findall("title_state")
            if _can_be_added(state, self.name)
        ]
        enough(len(good) >= count, f"fewer than {count} titles to add to the {self.name} queue")
        return good[:count]


@asynccontextmanager
async def kept(session: Session, name: str, count: int) -> AsyncIterator[tuple[Queue, list[str]]]:
    """Lend a queue that holds *count* titles more than before, and put it back in the end."""
    queue = Queue(session, name)
    async with session.lock("queues"):
        before = await queue.state()
        try:
            titles = await queue.spare(count + 1, before)
            for title in titles[:count]:
                reply = await queue.add(title)
                equal(reply.status, 201)
            yield queue, titles
        finally:
            await _restore(queue, before)


async def unchanged(queue: Queue, before: State) -> None:
    """Fail unless the queue is as it was, its etag included."""
    equal(await queue.state(), before)


def refused(reply: Reply, status: int, sub_code: int | None) -> None:
    """Fail unless a write was refused with these codes."""
    if reply.status != status:
        raise AuditFailed(status, f"{reply.status} {reply.text.strip()}")
    found = parse(reply.content).findtext("sub_code")
    equal(found, None if sub_code is None else str(sub_code))


async def _restore(queue: Queue, before: State) -> None:
    known = {item.title for item in before.items}
    left = await queue.state()
    for item in reversed(left.items):
        if item.title not in known:
            await queue.remove(item.id)
    current = [title for title in left.order if title in known]
    for place, item in enumerate(before.available):
        if current[place : place + 1] != [item.title]:
            await queue.add(item.title, position=place + 1, format=item.format)
            current = [title for title in current if title != item.title]
            current.insert(place, item.title)


def _item(element: Element) -> Item:
    position = element.findtext("position")
    return Item(
        text_of(element, "id"),
        links(element, f"{S}/catalog/title")[0].get("href", ""),
        "".join(categories(element, "title_formats")[:1]),
        None if position is None else int(position),
    )


def _is_single(title: Element) -> bool:
    many = {f"{S}/catalog/titles.discs", f"{S}/catalog/titles.seasons"}
    return "/movies/" in text_of(title, "id") and not many & {
        item.get("rel") for item in title.findall("link")
    }


def _can_be_added(state: Element, name: str) -> bool:
    for item in state.findall("title_state_item"):
        if item.findall("link")[0].get("rel") == f"{S}/queues.{name}":
            return any("Add" in categories(one, "title_states") for one in item.findall("format"))
    return False


def _owned(ask: Ask) -> Ask:
    """Return *ask* in the subscriber's name, whose address came out of a document."""
    return replace(ask, who=get("/users/").who)
