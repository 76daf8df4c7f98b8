"""A queue as it was read, and what stands where in it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from gateway.contract import Rel
from gateway.resources import Href, Title
from gateway.subscriber import Queue, QueueItem, QueueList
from gateway.upstream.href import place_of

_PARENTS: Final = (
    Rel.SERIES,
    Rel.SEASON,
    Rel.PARENT_SERIES,
    Rel.PARENT_SEASON,
    Rel.PARENT_MOVIE,
    Rel.PARENT_DISC,
)


@dataclass(frozen=True, slots=True)
class Lineup:
    """The entries of a queue, what is available before what is saved."""

    queue: Queue

    @property
    def etag(self) -> str:
        """Return which state of the queue this is."""
        return self.queue.etag

    def entry(self, title: Href) -> QueueItem | None:
        """Return the entry of *title* itself."""
        return next((item for item in self.queue.items if _is_of(item, title)), None)

    def parts(self, title: Href) -> tuple[QueueItem, ...]:
        """Return the entries of *title* and of what belongs to it: the discs of a film, season or series."""
        return tuple(item for item in self.queue.items if _is_of(item, title) or _belongs_to(item, title))

    def order(self) -> tuple[str, ...]:
        """Return what is available, in its order."""
        available = (item for item in self.queue.items if item.list is QueueList.AVAILABLE)
        return tuple(place_of(item.title.href) for item in available if item.title is not None)

    def is_in_order(self, titles: Collection[Href]) -> bool:
        """Say whether *titles* are just what is available, and in this order."""
        return self.order() == tuple(map(place_of, titles))


def hrefs(items: Collection[QueueItem]) -> tuple[Href, ...]:
    """Return the titles of entries."""
    return tuple(item.title.href for item in items if item.title is not None)


def _is_of(item: QueueItem, title: Href) -> bool:
    return item.title is not None and place_of(item.title.href) == place_of(title)


def _belongs_to(item: QueueItem, title: Href) -> bool:
    record = item.title and item.title.content
    links = record.links if isinstance(record, Title) else {}
    return any(place_of(links[rel].href) == place_of(title) for rel in _PARENTS if rel in links)
