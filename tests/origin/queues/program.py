"""A program that acts for a subscriber, and what it is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lxml import etree
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from gateway.origin import models
from gateway.origin.accounts import Subscriber
from gateway.origin.callers import Caller
from gateway.origin.calls import Answer, Call, Document, Endpoint, read_view
from gateway.origin.database import Database
from gateway.origin.errors import Refusal
from gateway.origin.paths import Address, Paths, Place
from gateway.origin.routes.queues import show_entry, show_queue, show_queues
from gateway.origin.routes.queuewrites import QueueWrites
from gateway.origin.routes.states import show_states

from .shop import ANN, BASE, NOW, ref

Told = tuple[int, int | None, str]
"""What a status says: the code, the code below it, and the message."""

DONE = (201, None, "Move successful")
PARTLY = (201, 640, "Only some of the titles in the series or disc set could be added.")
UNAVAILABLE = (400, 130, "Title not found or not available")
QUEUED = (412, 710, "Title is already in queue")
WRONG_FORMAT = (400, 660, "Title is not available in this format for the user")
NO_FORMAT = (400, 660, "Title format is invalid")
NOT_FOR_USER = (400, None, "Invalid format for this user")
SAVED = (400, 620, "Title is saved and cannot be moved")
HOME = (400, 690, "Title is currently at home")
FULL = (400, 650, "Queue is too large: it is limited to 500 titles")
STALE = (412, None, "Queue has been modified")
DELETED = (200, None, "Title deleted from queue")
REPLACED = (200, None, "Queue replaced")


@dataclass(frozen=True, slots=True)
class Look:
    """What a queue shows: its tag, and the titles in its two parts."""

    tag: str
    available: list[int]
    saved: list[int]


@dataclass
class Program:
    """What acts for a subscriber: it calls the endpoints as the dispatcher would."""

    database: Database
    subscriber: str = ANN
    now: float = NOW
    is_tag_shared: bool = False
    paths: Paths = field(default_factory=lambda: Paths(BASE))

    async def post(self, kind: str, title_id: int, **parameters: object) -> Answer:
        """Add a title, or move it."""
        return await self.write("post", f"/queues/{kind}", title_ref=ref(title_id), **parameters)

    async def delete(self, entry: str, **parameters: object) -> Answer:
        """Remove an entry, named by its path below the queues."""
        return await self.write("delete", f"/queues/{entry}", **parameters)

    async def put(self, body: bytes, **parameters: object) -> Answer:
        """Give the instant queue a new order."""
        return await self.write("replace", "/queues/instant", body=body, **parameters)

    async def write(self, name: str, path: str, /, **parameters: object) -> Answer:
        """Call the endpoint of a change, and keep what it changes unless it refuses."""
        body = parameters.pop("body", b"")
        assert isinstance(body, bytes)
        endpoint: Endpoint = getattr(QueueWrites(lambda: self.now, self.is_tag_shared), name)
        try:
            async with self.database.write(self.subscriber) as session:
                (answer,) = await self._call(session, endpoint, path, body, parameters)
                if isinstance(answer, Refusal):
                    raise answer
        except Refusal as refusal:
            return refusal
        return answer

    async def read(self, path: str, **parameters: object) -> Answer:
        """Call the endpoint that shows what is at a path below the subscriber."""
        async with self.database.read() as session:
            place = self._address(path).place
            (answer,) = await self._call(session, self._reader(place), path, b"", parameters)
        return answer

    async def look(self, kind: str) -> "Look":
        """Return what the whole queue shows; its positions must be without gaps."""
        shown = root(await self.read(f"/queues/{kind}", max_results=500))
        ids = [item.findtext("id", "") for item in shown.iterfind("queue_item")]
        available = [_last(id_) for id_ in ids if "/available/" in id_]
        positions = [int(item.findtext("position", "")) for item in shown.iterfind("queue_item[position]")]
        assert positions == list(range(1, len(available) + 1))
        return Look(shown.findtext("etag", ""), available, [_last(id_) for id_ in ids if "/saved/" in id_])

    async def order(self, kind: str) -> tuple[list[int], list[int]]:
        """Return the titles that are available and those that are saved."""
        look = await self.look(kind)
        return look.available, look.saved

    async def tag(self, kind: str) -> str:
        """Return the tag of a queue."""
        return (await self.look(kind)).tag

    def _reader(self, place: Place) -> Endpoint:
        def clock() -> float:
            return self.now

        readers: dict[Place, Endpoint] = {
            Place.QUEUES: show_queues,
            Place.QUEUE: show_queue(clock),
            Place.QUEUE_PART: show_queue(clock),
            Place.QUEUE_ENTRY: show_entry(clock),
            Place.TITLE_STATES: show_states(clock),
        }
        return readers[place]

    def _address(self, path: str) -> Address:
        address = self.paths.read(f"/users/{self.subscriber}{path}")
        assert address is not None
        return address

    async def _call(
        self, session: AsyncSession, endpoint: Endpoint, path: str, body: bytes, parameters: dict[str, object]
    ) -> list[Answer]:
        query = select(Subscriber).where(Subscriber.id == self.subscriber)
        subscriber = await session.scalar(query.options(selectinload(Subscriber.formats)))
        texts = {name: str(value) for name, value in parameters.items()}
        caller = Caller(models.Consumer(key="key", secret="", name="Program"), subscriber)
        headers = {name: texts.pop(name, "") for name in ("if_match", "etag_header")}
        call = Call(
            self._address(path),
            texts,
            body=body,
            if_match=headers["if_match"],
            etag=headers["etag_header"],
            caller=caller,
        )
        return await endpoint(session, read_view(self.paths, texts), [call])


Acting = Callable[..., Program]


def root(answer: Answer) -> etree._Element:
    """Return the document that was answered."""
    assert isinstance(answer, Document), answer
    return answer.root


def told(answer: Answer) -> Told:
    """Return what an answer says of a change."""
    if isinstance(answer, Refusal):
        return answer.status, answer.sub_code, answer.message
    sub_code = answer.root.findtext("sub_code")
    return answer.status, int(sub_code) if sub_code else None, answer.root.findtext("message", "")


def created(answer: Answer) -> list[str]:
    """Return the ids of the entries that a change has made, below the queues."""
    items = root(answer).iterfind("resources_created/queue_item")
    return [item.findtext("id", "").partition("/queues/")[2] for item in items]


def links(answer: Answer, name: str) -> list[int]:
    """Return the titles that a part of a status links to."""
    return [_last(link.get("href", "")) for link in root(answer).iterfind(f"{name}/link")]


def _last(address: str) -> int:
    return int(address.rpartition("/")[2])


def order_of(ids: Sequence[int], *, tag: str = "", name: str = "Instant") -> bytes:
    """Write the document of a new order of the instant queue."""
    items = "".join(
        '<queue_item><link rel="http://schemas.netflix.com/queues.available" title="available queue"></link>'
        f'<link href="{ref(key)}" rel="http://schemas.netflix.com/catalog/title" title="-"></link>'
        f'<category scheme="{BASE}/categories/title_formats" label="{name}" term="{name}"></category>'
        "</queue_item>"
        for key in ids
    )
    return f"<queue><etag>{tag}</etag>{items}</queue>".encode()
