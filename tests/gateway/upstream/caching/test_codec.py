"""Entries as bytes for a shared store."""

import asyncio
import pickle
import random
from datetime import UTC, datetime
from typing import get_args, get_origin

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import resources, subscriber
from gateway.resources import Content, Href, Text, Title
from gateway.upstream.caching.codec import Codec
from gateway.upstream.caching.entries import Entry
from gateway.upstream.caching.turns import Turns

CODEC = Codec(b"secret")

# As documents have them: in UTC, with whole seconds.
seconds = st.integers(min_value=0, max_value=4_102_444_800)
st.register_type_strategy(datetime, seconds.map(lambda each: datetime.fromtimestamp(each, UTC)))
st.register_type_strategy(int, st.integers(min_value=-(2**63), max_value=2**63 - 1))

st.register_type_strategy(Content, st.from_type(Text))
# What is read has nine digits at most.
st.register_type_strategy(float, st.floats(min_value=0, max_value=1e9))


def made(kind: type[Content]) -> st.SearchStrategy[Content]:
    """Return what makes contents of *kind*: of a list, with a few items of its type."""
    for base in getattr(kind, "__orig_bases__", ()):
        if get_origin(base) is resources.Listing:
            items = st.lists(st.from_type(get_args(base)[0]), max_size=2).map(tuple)
            return st.builds(kind, items=items)
    return st.from_type(kind)


contents = st.one_of(
    *(
        made(kind)
        for module in (resources, subscriber)
        for kind in vars(module).values()
        if isinstance(kind, type) and kind not in (Content, resources.Listing) and issubclass(kind, Content)
    )
)
moments = st.floats(min_value=0, max_value=4e9)
entries = st.builds(
    Entry, st.none() | contents, moments, moments, moments, st.integers(min_value=0, max_value=2**40)
)


def write(entry: Entry, codec: Codec = CODEC) -> bytes | None:
    """Return *entry* as *codec* writes it, if it does."""
    return asyncio.run(codec.write("here", entry, Turns()))


def read(data: bytes | None, place: str = "here") -> Entry | None:
    """Return what is read in *data*."""
    return asyncio.run(CODEC.read(place, data, Turns()))


def written(entry: Entry) -> bytes:
    """Return *entry* as it is written."""
    data = write(entry)
    assert data is not None
    return data


@given(entry=entries)
def test_an_entry_reads_as_what_was_written(entry: Entry) -> None:
    """Every resource comes back as it was, with all that is in it."""
    assert read(written(entry)) == entry


@given(entry=entries, seed=st.integers())
def test_a_damaged_entry_is_nothing(entry: Entry, seed: int) -> None:
    """Whatever byte is changed, left out or added, nothing is read, and nothing is raised."""
    data = bytearray(written(entry))
    chance = random.Random(seed)  # noqa: S311 - a choice for a test
    where = chance.randrange(len(data))
    match chance.randrange(3):
        case 0:
            data[where] ^= 1 << chance.randrange(8)
        case 1:
            del data[where]
        case _:
            data.insert(where, chance.randrange(256))
    assert read(bytes(data)) is None


def test_an_entry_is_good_at_its_own_place_only() -> None:
    """What was copied to another name in the store is not believed."""
    assert read(written(Entry(None, 1, 2, 3)), "there") is None


@pytest.mark.parametrize("content", [Title(Href("h"), "n", "n", runtime=2**70), Text("\ud800")])
def test_what_json_cannot_say_is_not_written(content: Content) -> None:
    """A document may hold what no other node can be told; it is asked for again."""
    assert write(Entry(content, 1, 2, 3)) is None


def test_what_another_secret_sealed_is_nothing() -> None:
    """Somebody who can write to the store, but has no secret, cannot put anything into an answer."""
    assert read(write(Entry(None, 1, 2, 3), Codec(b"another"))) is None


@pytest.mark.parametrize("data", [None, b"", b"short", pickle.dumps(Entry(None, 1, 2, 3)), orjson.dumps([])])
def test_what_is_no_entry_is_nothing(data: bytes | None) -> None:
    """Pickles above all are not loaded."""
    assert read(data) is None
