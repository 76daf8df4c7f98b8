"""Entries in this process."""

import pytest

from gateway.resources import Href, Text
from gateway.upstream.caching import memory
from gateway.upstream.caching.entries import Entry, Key, Scope
from gateway.upstream.caching.memory import Memory
from gateway.upstream.identity import PUBLIC, Identity

pytestmark = pytest.mark.anyio


def key(number: int) -> Key:
    """Return one of many keys of the same length."""
    return Key(PUBLIC, Href(f"http://o.test/{number:06}"))


def entry(size: int = 1_000) -> Entry:
    """Return an entry of some *size*."""
    return Entry(Text("x" * size), 0, 10, 20)


async def test_what_was_not_used_for_longest_makes_room() -> None:
    """The bound holds after every write, and what is read stays."""
    place = Memory(10_000)
    await place.put({key(0): entry()})
    for number in range(1, 100):
        await place.put({key(number): entry()})
        assert await place.get([key(0)])
        assert place.size <= 10_000
    assert set(await place.get([key(1), key(98), key(99)])) == {key(98), key(99)}


async def test_an_entry_larger_than_all_is_not_kept() -> None:
    """It would push out everything else and then itself."""
    place = Memory(10_000)
    await place.put({key(1): entry()})
    await place.put({key(2): entry(20_000)})
    assert set(await place.get([key(1), key(2)])) == {key(1)}


async def test_an_entry_that_is_written_again_is_counted_once() -> None:
    """The size is what is there, not what was ever written."""
    place = Memory(10_000)
    for _ in range(100):
        await place.put({key(1): entry()})
    assert place.size < 2_000


async def test_scopes_that_are_forgotten_do_not_come_to_life_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose writes are no longer remembered does not find what was there before them."""
    monkeypatch.setattr(memory, "MOST_SCOPES", 3)
    place = Memory(10_000)
    scopes = [Scope(Identity(f"user:{number}"), "queues") for number in range(5)]
    before = dict(await place.generations(scopes))
    for scope in scopes:
        await place.renew([scope])
    after = await place.generations(scopes)
    assert all(after[scope] != before[scope] for scope in scopes)
