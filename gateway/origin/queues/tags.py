"""The tag of a queue: another after every change, and never one that the queue had before. Pure."""

import hashlib
import re
from collections.abc import Iterable
from typing import Final

EMPTY: Final = "0"
"""The tag of every empty queue."""

_FIRST: Final = 100_000_000_000
_COUNT: Final = 900_000_000_000
# A generator of full period: it meets each of the numbers of twelve digits before it repeats one. For
# that the step shares no factor with their count, and the factor less one is a multiple of 4, 3 and 5.
_FACTOR: Final = 60 * 7_727_272_727 + 1
_STEP: Final = 386_478_231_641
_DRESSED: Final = re.compile(r'(?:W/)?"?([0-9]{1,18})(?:-gzip)?"?(?:-gzip)?')


def first(*owner: str) -> int:
    """Return where the tags of a queue begin; two queues begin in different places."""
    return _of_text("/".join(owner))


def after(tag: int) -> int:
    """Return the tag that follows *tag*."""
    return _FIRST + ((tag - _FIRST) * _FACTOR + _STEP) % _COUNT


def of_order(tag: int, order: Iterable[object]) -> int:
    """Return the tag of a queue that time alone has put into another *order* since *tag*."""
    return _of_text("/".join(map(str, (tag, *order))))


def undressed(text: str) -> str:
    """Return a tag without the quotes and suffixes that clients leave on (contract 1.12)."""
    text = text.strip()
    found = _DRESSED.fullmatch(text)
    return found[1] if found else text


def _of_text(text: str) -> int:
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return _FIRST + int.from_bytes(digest) % _COUNT
