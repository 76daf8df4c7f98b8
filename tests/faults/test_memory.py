"""What stands for the origin in the matrix: it must not say what the origin would no longer say."""

import pytest

from tests.faults.exchange import Answer, Asked
from tests.faults.origin import Memory

pytestmark = pytest.mark.anyio

URL = "http://127.0.0.1:1"
QUEUE, RATING, TITLE = "/users/1/queues/instant?oauth_token=a", "/users/1/ratings/title", "/catalog/titles"


class Counting:
    """Answers with how often it was asked, and with an address of its own."""

    def __init__(self) -> None:
        self.count = 0

    async def ask(self, _asked: Asked) -> Answer:
        """Answer."""
        self.count += 1
        return Answer(200, f"{URL}/{self.count}".encode())


def _get(target: str) -> Asked:
    return Asked("GET", target, {}, b"")


async def test_a_change_forgets_its_kind_alone() -> None:
    """What is of another kind, or public, is not asked for again."""
    origin, memory = Counting(), Memory()
    for target in (QUEUE, RATING, TITLE):
        await memory.answer(_get(target), URL, origin.ask)

    await memory.answer(Asked("POST", QUEUE, {}, b""), URL, origin.ask)
    answers = [await memory.answer(_get(target), URL, origin.ask) for target in (QUEUE, RATING, TITLE)]

    assert [each.body for each in answers] == [f"{URL}/{number}".encode() for number in (5, 2, 3)]


async def test_what_is_read_during_a_change_is_not_kept() -> None:
    """It may be of before."""
    origin, memory = Counting(), Memory()

    async def change(asked: Asked) -> Answer:
        await memory.answer(_get(QUEUE), URL, origin.ask)
        return await origin.ask(asked)

    await memory.answer(Asked("POST", QUEUE, {}, b""), URL, change)
    answer = await memory.answer(_get(QUEUE), URL, origin.ask)

    assert answer.body == f"{URL}/3".encode()


async def test_what_is_held_is_of_any_address() -> None:
    """A copy at another address answers with that."""
    origin, memory = Counting(), Memory()
    await memory.answer(_get(TITLE), URL, origin.ask)

    answer = await memory.copy().answer(_get(TITLE), "http://127.0.0.1:2", origin.ask)

    assert (answer.body, origin.count) == (b"http://127.0.0.1:2/1", 1)


async def test_another_token_is_another_thing() -> None:
    """However else it is signed, the same token asks for the same."""
    origin, memory = Counting(), Memory()
    targets = [f"{RATING}?oauth_token={token}&oauth_nonce={nonce}" for token, nonce in ("a1", "b1", "a2")]

    answers = [await memory.answer(_get(target), URL, origin.ask) for target in targets]

    assert [each.body[-1:] for each in answers] == [b"1", b"2", b"1"]
