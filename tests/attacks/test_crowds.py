"""Attacks of many clients on the memory of a worker: none takes more than 64 MiB, or keeps it."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.attacks.crowd import HEARD, Said, crowd_at
from tests.attacks.films import PAGE
from tests.attacks.memory import HEAD, HOST, UPGRADE, asking, attacked, recovers, search

pytestmark = [pytest.mark.anyio, pytest.mark.verify]

PLACES: Final = 2_000
_HEADERS: Final = b"".join(b"X-%d: y\r\n" % number for number in range(90))
_VALUES: Final = [[[{"a": 1}] * 30] * 30] * 5
"""They take some twenty times as much memory as their text does."""
_TYPES: Final = "{ __schema { types { description fields { name description args { description } } } } }"


def _frame(data: bytes, kind: int, *, sent: int | None = None) -> bytes:
    return struct.pack("!BBH", kind, 0x80 | 126, len(data)) + bytes(4) + data[:sent]


def _body(size: int) -> Said:
    return [HEAD + b"Content-Length: 1000000\r\n\r\n" + b" " * size]


def _search(number: int, nth: int) -> bytes:
    return asking(f'{{ titles(search: "{PAGE} {number} {nth}", first: 1) {{ totalCount }} }}')


def _long_document(number: int) -> bytes:
    """Return a request of a new document, which takes a while to read, with much beside it."""
    fields = " ".join(f'a{nth}: title(id: "{number}") {{ id }}' for nth in range(90))
    return asking(f"{{ {fields} }}", b"Connection: close\r\n", variables={"x": _VALUES})


@dataclass(frozen=True, slots=True)
class Attack:
    """So many clients, and what each of them says."""

    clients: int
    said: Callable[[int], Said]


ATTACKS: Final[Mapping[str, Attack]] = {
    "10,000 that say nothing": Attack(10_000, lambda _: []),
    "half bodies of 1 MB": Attack(500, lambda _: _body(900_000)),
    "half bodies as large as a share": Attack(1_900, lambda _: _body(4_000)),
    "half heads of many headers": Attack(1_900, lambda _: [b"GET / HTTP/1.1\r\n" + HOST + _HEADERS]),
    "half heads of one header": Attack(1_900, lambda _: [b"GET / HTTP/1.1\r\nX: " + b"y" * 16_000]),
    "WebSockets that say nothing": Attack(1_900, lambda _: [UPGRADE, HEARD]),
    "half messages of 60 KiB": Attack(
        1_000, lambda _: [UPGRADE, HEARD, _frame(b"x" * 65_000, 0x81, sent=61_440)]
    ),
    "half messages in pieces": Attack(
        1_000, lambda _: [UPGRADE, HEARD, _frame(b"x" * 60, 0x01) + _frame(b"x" * 60, 0x00) * 998]
    ),
    "half messages in empty pieces": Attack(
        1_000, lambda _: [UPGRADE, HEARD, _frame(b"", 0x01) + _frame(b"", 0x00) * 998]
    ),
    "99 messages at once": Attack(1_000, lambda _: [UPGRADE, HEARD, _frame(b'{"type":"ping"}', 0x81) * 99]),
    "100 requests at once": Attack(1_900, lambda _: [asking("{ __typename }") * 100]),
    "100 searches at once": Attack(
        1_900, lambda number: [b"".join(_search(number, nth) for nth in range(100))]
    ),
    "long documents with much beside them": Attack(300, lambda number: [_long_document(number), HEARD]),
    "100 requests of many headers": Attack(
        1_900, lambda _: [(b"GET /health/live HTTP/1.1\r\n" + HOST + _HEADERS + b"\r\n") * 100]
    ),
    "large answers that nobody takes": Attack(1_900, lambda _: [asking(_TYPES)]),
    "20 large answers that nobody takes": Attack(500, lambda _: [asking(_TYPES) * 20]),
    "event streams": Attack(
        1_900, lambda _: [asking("{ __typename }", b"Accept: text/event-stream\r\n"), HEARD]
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_crowds_do_not_fill_the_memory(name: str, tmp_path: Path) -> None:
    """However many come, and whatever they do not say, is bounded for all together, and let go (G9, H11)."""
    attack = ATTACKS[name]
    async with attacked(tmp_path, name) as (worker, _proxy):
        with crowd_at(worker.url) as crowd:
            await crowd.join(attack.clients, attack.said)
            if attack.clients < PLACES:
                # Refused or not, whoever is here already has been heard by then.
                await search(worker, 0)

        await recovers(worker)
