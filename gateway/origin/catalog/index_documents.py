"""An index file item by item, packed or not: whatever its size, there is never more than one at a time."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final, cast

from lxml import etree

from gateway.origin.catalog.indexed import Element, Indexed
from gateway.origin.catalog.indexed_items import read_item
from gateway.origin.catalog.indexed_titles import read_title
from gateway.origin.catalog.netflix_rows import CatalogFileUnusable

Read = Callable[[Element], Indexed]
Item = tuple[Element, Read]
Progress = Callable[[int, int], None]

_SHAPES: Final[Mapping[str, tuple[str, Read]]] = {
    "catalog_title_index": ("title_index_item", read_item),
    "catalog_titles": ("catalog_title", read_title),
}
"""By root: the tag of an item, and what reads it."""

_TAGS: Final = tuple({*_SHAPES, *(tag for tag, _ in _SHAPES.values())})
_CHUNK: Final = 65_536
_LARGEST_ITEM: Final = 16_000_000
_GZIP: Final = b"\x1f\x8b"


def items(file: Path, progress: Progress | None = None) -> Iterator[Item]:
    """Yield the items of *file*, each with what reads it; an item is gone when the next is asked for.

    *progress* is told how many bytes of the file are read, and of how many.
    """
    try:
        with file.open("rb") as opened:
            yield from _items(file, opened, progress)
    except etree.XMLSyntaxError as error:
        raise CatalogFileUnusable(file, f"it is no XML that could be read ({error.msg})") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CatalogFileUnusable(file, "it is packed, and cannot be unpacked") from error
    except OSError as error:
        raise CatalogFileUnusable(file, f"it cannot be read ({error.strerror})") from error


def _items(file: Path, opened: io.BufferedReader, progress: Progress | None) -> Iterator[Item]:
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=_TAGS,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    reading = _Reading(file, parser)
    size = file.stat().st_size
    is_packed = opened.peek(2).startswith(_GZIP)
    source = cast("IO[bytes]", gzip.GzipFile(fileobj=opened) if is_packed else opened)
    while chunk := source.read(_CHUNK):
        parser.feed(chunk)
        yield from reading.items(len(chunk))
        if progress is not None:
            progress(opened.tell(), size)
    parser.close()
    yield from reading.items(0)
    reading.check()


class _Reading:
    """Follows a parser through a file."""

    def __init__(self, file: Path, parser: etree.XMLPullParser) -> None:
        self._file = file
        self._parser = parser
        self._root: Element | None = None
        self._since_item = 0

    def items(self, fed: int) -> Iterator[Item]:
        """Yield the items that ended within the last *fed* bytes."""
        self._since_item += fed
        for event, node in self._parser.read_events():
            element = cast("Element", node)  # With these events it is nothing else.
            if self._root is None:
                self._root = self._checked(element)
            tag, read = _SHAPES[self._root.tag]
            if event == "end" and element.tag == tag and element.getparent() is self._root:
                yield element, read
                _forget(element)
                self._since_item = 0
        if self._since_item > _LARGEST_ITEM:
            self.check()
            raise CatalogFileUnusable(self._file, f"an item of it is longer than {_LARGEST_ITEM} bytes")

    def check(self) -> None:
        """Refuse the file if it has not shown to be an index."""
        if self._root is None:
            raise CatalogFileUnusable(self._file, f"its root is neither {' nor '.join(_SHAPES)}")

    def _checked(self, element: Element) -> Element:
        if element.getparent() is not None or element.tag not in _SHAPES:
            raise CatalogFileUnusable(self._file, f"its root is neither {' nor '.join(_SHAPES)}")
        declared: object = element.getroottree().docinfo.internalDTD
        if declared is not None:
            raise CatalogFileUnusable(self._file, "it has a document type, which no index has")
        return element


def _forget(element: Element) -> None:
    """Let go of an item that is done with, and of everything before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
