"""What a disk would hold after a power cut: SQLite's own writes and syncs, noted and played back in part.

A disk may forget whatever was written since the last sync of a file, or keep any part of it. So the files
of a database are watched through SQLite's interface to the operating system: a file opened through this
module does what it always did, and its writes, truncations and syncs are noted on the way. A moment is
then played back by keeping all that was synced before it, and of the rest nothing, or what chance says.

``main`` changes a queue, in a process of its own, and leaves the notes in a file.
"""

import _sqlite3
import asyncio
import ctypes
import pickle
import random
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import Pool

from . import writer

_WORD: Final = ctypes.sizeof(ctypes.c_void_p)
_Words = ctypes.POINTER(ctypes.c_void_p)
_Open = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
)
_Write = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
_Truncate = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
_Sync = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)

# Places in SQLite's structures sqlite3_vfs and sqlite3_io_methods, counted in words.
_VFS_WORDS, _NEXT, _OPEN = 21, 2, 5
_METHOD_WORDS, _WRITE, _TRUNCATE, _SYNC = 19, 3, 4, 5


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes were written to a file."""

    file: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncated:
    """A file was cut off."""

    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """A file was brought to the disk."""

    file: str


@dataclass(frozen=True, slots=True)
class Told:
    """A change was acknowledged: the order of the queue after it."""

    order: tuple[int, ...]


Note = Written | Truncated | Synced | Told


class Watch:
    """Notes what SQLite does to the files that this process opens from now on."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self._files: dict[int, str] = {}
        self._methods: dict[int, Any] = {}
        self._kept: list[Any] = []
        library = ctypes.CDLL(_sqlite3.__file__)
        library.sqlite3_vfs_find.restype = ctypes.c_void_p
        usual = ctypes.cast(library.sqlite3_vfs_find(None), _Words)
        self._vfs = (ctypes.c_void_p * _VFS_WORDS)(*usual[:_VFS_WORDS])
        self._vfs[_NEXT] = None
        opened = _Open(self._opened(_Open(usual[_OPEN] or 0)))
        self._kept.append(opened)
        self._vfs[_OPEN] = ctypes.cast(opened, ctypes.c_void_p)
        if library.sqlite3_vfs_register(ctypes.byref(self._vfs), 1) != sqlite3.SQLITE_OK:
            raise RuntimeError("SQLite cannot be watched")

    def _opened(self, usual: Callable[..., int]) -> Callable[..., int]:
        # The name is handed on as the address that it came as: SQLite goes on using what is there.
        def opened(vfs: int, name: int | None, file: int, flags: int, out: int) -> int:
            result = usual(vfs, name, file, flags, out)
            methods = ctypes.cast(file, _Words)
            if result == sqlite3.SQLITE_OK and methods[0]:
                self._files[file] = ctypes.string_at(name).decode() if name else ""
                methods[0] = ctypes.cast(self._watched(methods[0]), ctypes.c_void_p)
            return result

        return opened

    def _watched(self, address: int) -> Any:  # noqa: ANN401 - an array of words
        """Return the methods at *address*, those that matter noted on the way."""
        if address not in self._methods:
            usual = ctypes.cast(address, _Words)
            methods = (ctypes.c_void_p * _METHOD_WORDS)(*usual[:_METHOD_WORDS])
            for place, kind, note in (
                (_WRITE, _Write, self._write),
                (_TRUNCATE, _Truncate, self._truncate),
                (_SYNC, _Sync, self._sync),
            ):
                noted = kind(note(kind(usual[place] or 0)))
                self._kept.append(noted)
                methods[place] = ctypes.cast(noted, ctypes.c_void_p)
            self._methods[address] = methods
        return self._methods[address]

    def _write(self, usual: Callable[..., int]) -> Callable[..., int]:
        def write(file: int, data: int, size: int, offset: int) -> int:
            result = usual(file, data, size, offset)
            self.notes.append(Written(self._files[file], offset, ctypes.string_at(data, size)))
            return result

        return write

    def _truncate(self, usual: Callable[..., int]) -> Callable[..., int]:
        def truncate(file: int, size: int) -> int:
            self.notes.append(Truncated(self._files[file], size))
            return usual(file, size)

        return truncate

    def _sync(self, usual: Callable[..., int]) -> Callable[..., int]:
        def sync(file: int, flags: int) -> int:
            result = usual(file, flags)
            self.notes.append(Synced(self._files[file]))
            return result

        return sync


@dataclass(slots=True)
class Disk:
    """What the disk holds for certain, and what it may have forgotten."""

    files: dict[str, bytearray]
    pending: list[Written | Truncated] = field(default_factory=list)

    def take(self, note: Note) -> None:
        """Go on by one note."""
        if isinstance(note, Synced):
            for change in self.pending:
                if change.file == note.file:
                    _apply(self.files, change)
            self.pending = [change for change in self.pending if change.file != note.file]
        elif not isinstance(note, Told):
            self.pending.append(note)

    def after_cut(self, chance: random.Random | None = None) -> dict[str, bytes]:
        """Return the files as they are found: without what was not synced, or with what *chance* kept."""
        files = {name: bytearray(content) for name, content in self.files.items()}
        for change in self.pending:
            if chance and chance.random() < 0.5:
                _apply(files, change)
        return {name: bytes(content) for name, content in files.items()}


def _apply(files: dict[str, bytearray], change: Written | Truncated) -> None:
    content = files.setdefault(change.file, bytearray())
    if isinstance(change, Truncated):
        del content[change.size :]
        return
    if len(content) < change.offset:
        content.extend(bytes(change.offset - len(content)))
    content[change.offset : change.offset + len(change.data)] = change.data


def moments(notes: Sequence[Note], disk: Disk) -> Iterator[list[int]]:
    """Yield the order told last, after each note; *disk* is meanwhile what it was at that moment."""
    order: list[int] = []
    for note in notes:
        disk.take(note)
        if isinstance(note, Told):
            order = list(note.order)
        yield order


def main() -> None:
    """Change the queue at an address as often as said, and leave the notes in a file."""
    url, log, changes = sys.argv[1:4]
    if "--unsafe" in sys.argv:
        _forget_to_sync()
    watch = Watch()
    asyncio.run(writer.write(url, lambda order: watch.notes.append(Told(tuple(order))), int(changes)))
    Path(log).write_bytes(pickle.dumps(watch.notes))


def _forget_to_sync() -> None:
    """Use databases in the way that loses what was acknowledged, to see that it is noticed."""

    def relax(connection: DBAPIConnection, _entry: object, _proxy: object) -> None:
        connection.cursor().execute("PRAGMA synchronous = NORMAL")

    event.listen(Pool, "checkout", relax)
