"""Feed tokens and stored nonces: one for each resource, once for each write."""

import asyncio

import pytest
from sqlalchemy import func, select

from gateway.origin.accounts import AccessToken, FeedToken, Subscriber, WriteNonce
from gateway.origin.database import Database
from gateway.origin.errors import SignatureRefused
from gateway.origin.oauth import write_nonces
from gateway.origin.oauth.tokens import feed_tokens, new_token
from tests.databases import Databases

from .conftest import KEY, NOW, fill

pytestmark = pytest.mark.anyio


@pytest.fixture
def url(databases: Databases) -> str:
    """Return the address of accounts of one's own, on every kind of database."""
    return databases.copy(fill)


@pytest.fixture
async def access_token(database: Database, alice: Subscriber) -> str:
    """Return an access token of Alice's."""
    token = new_token()
    async with database.write() as session:
        session.add(
            AccessToken(token=token, secret="s", consumer_key=KEY, subscriber_id=alice.id, created=NOW)
        )
    return token


async def test_a_resource_keeps_its_feed_token(database: Database, access_token: str) -> None:
    """Asked for again, with others, it is the same; each resource has another."""
    given = []
    for resources in (["/queues/disc"], ["/at_home", "/queues/disc", "/at_home"], []):
        async with database.write() as session:
            given.append(dict(await feed_tokens(session, access_token, resources)))

    assert [list(one) for one in given] == [["/queues/disc"], ["/at_home", "/queues/disc"], []]
    assert given[0]["/queues/disc"] == given[1]["/queues/disc"] != given[1]["/at_home"]


async def test_who_asks_at_the_same_time_gets_the_same(database: Database, access_token: str) -> None:
    """Ten programs that ask at once make one token for each resource."""

    async def ask() -> tuple[tuple[str, str], ...]:
        async with database.write() as session:
            return tuple((await feed_tokens(session, access_token, ["/queues/disc", "/reviews"])).items())

    given = set(await asyncio.gather(*(ask() for _ in range(10))))

    async with database.read() as session:
        stored = await session.scalar(select(func.count()).select_from(FeedToken))
    assert (len(given), stored) == (1, 2)


def test_tokens_are_long_and_never_the_same() -> None:
    """192 bits, in characters that no encoding changes."""
    made = {new_token() for _ in range(1_000)}

    assert (len(made), {len(token) for token in made}) == (1_000, {32})


def nonce(timestamp: int, text: str = "n") -> WriteNonce:
    """Return the nonce of a write."""
    return WriteNonce(consumer_key=KEY, token="t", timestamp=timestamp, nonce=text)


async def kept(database: Database) -> list[int]:
    """Return the timestamps of all nonces that are stored."""
    async with database.read() as session:
        found = await session.scalars(select(WriteNonce.timestamp).order_by(WriteNonce.timestamp))
        return list(found)


async def test_a_nonce_is_kept_with_the_write_or_not_at_all(database: Database) -> None:
    """When the write is taken back, its nonce is good again."""

    async def write(*, fails: bool = False) -> None:
        async with database.write() as session:
            await write_nonces.keep(session, nonce(NOW), now=NOW)
            if fails:
                raise LookupError

    with pytest.raises(LookupError):
        await write(fails=True)
    await write()
    with pytest.raises(SignatureRefused):
        await write()

    assert await kept(database) == [NOW]


async def test_old_nonces_are_forgotten_bit_by_bit(database: Database) -> None:
    """Each write takes some of what is two windows old along, and nothing younger."""
    async with database.write() as session:
        session.add_all(nonce(NOW - 601 - age) for age in range(300))
        session.add(nonce(NOW - 600))
    left = []
    for number in range(3):
        async with database.write() as session:
            await write_nonces.keep(session, nonce(NOW, f"n{number}"), now=NOW)
        left.append(sum(1 for timestamp in await kept(database) if timestamp < NOW - 600))

    assert (left, await kept(database)) == ([100, 0, 0], [NOW - 600, NOW, NOW, NOW])
