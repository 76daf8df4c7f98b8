"""Bits that are flipped on the way: what is shown under an id is never another thing's (U18)."""

import gzip
import random
from collections import Counter
from typing import Final

from gateway.contract import Rel
from gateway.resources import Href, Title
from gateway.upstream.client import _inflate
from gateway.upstream.errors import UpstreamError
from gateway.upstream.href import place_of
from gateway.upstream.hypermedia import read_document
from tests.gateway.documents import ORIGIN, link, title

PATH: Final = "/catalog/titles/movies/60001220"
HREF: Final = Href(f"{ORIGIN}{PATH}")
LINKS: Final = "".join(link(rel, f"{PATH}/{rel.rpartition('/')[2]}") for rel in (Rel.SYNOPSIS, Rel.CAST))
DOCUMENT: Final = title(PATH, "Jaws", LINKS).encode()


def _flipped(body: bytes, bit: int) -> bytes:
    changed = bytearray(body)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _read(body: bytes) -> str:
    """Return what comes of *body*."""
    try:
        content = read_document(body, HREF)
    except UpstreamError:
        return "refused"
    assert isinstance(content, Title)
    return "its own" if place_of(content.href) == place_of(HREF) else f"another's: {content.href}"


def test_no_flipped_bit_makes_another_title_of_one() -> None:
    """Of all bits of a plain document, one at a time: it is refused, or still says that it is the title."""
    came = Counter(_read(_flipped(DOCUMENT, bit)) for bit in range(8 * len(DOCUMENT)))

    assert set(came) == {"refused", "its own"}
    assert came["refused"] > len(DOCUMENT)


def test_many_flipped_bits_make_no_other_title() -> None:
    """One in a hundred, as often as one likes."""
    chance = random.Random(18)  # noqa: S311
    came: Counter[str] = Counter()
    for _ in range(500):
        body = DOCUMENT
        for bit in chance.sample(range(8 * len(DOCUMENT)), 8 * len(DOCUMENT) // 100):
            body = _flipped(body, bit)
        came[_read(body)] += 1

    assert set(came) <= {"refused", "its own"}
    assert came["refused"] > 400


def test_a_flipped_bit_of_what_is_compressed_changes_nothing_or_all() -> None:
    """As documents travel, compressed, each bit of the text is covered by a sum."""
    packed = gzip.compress(DOCUMENT, mtime=0)
    came: Counter[str] = Counter()
    for bit in range(8 * len(packed)):
        try:
            inflated = _inflate(_flipped(packed, bit), HREF, limit=1_000_000)
        except UpstreamError:
            came["refused"] += 1
        else:
            came["the same" if inflated == DOCUMENT else "wrong"] += 1

    assert set(came) == {"refused", "the same"}
    assert came["refused"] > came["the same"]
