"""A server of PostgreSQL that goes away, ends connections, or has none left: 503, and no half write."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import asyncpg  # type: ignore[import-untyped]  # It comes without types.
import httpx
import pytest
from lxml import etree
from sqlalchemy import Update, func, make_url, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import Rating
from gateway.origin.database import Database, DatabaseUnusable
from gateway.origin.engines import postgresql
from gateway.origin.engines.postgresql import POOL
from gateway.origin.models import Title
from tests.origin.queues.shop import ANN, BOB, JAWS, TOTORO, ref
from tests.origin.queues.signing import Signing

from .conftest import WAIT
from .relay import Relay

pytestmark = pytest.mark.anyio

Act = Callable[[Database], Signing]
Failing = Callable[..., Awaitable[None]]

USER, RATINGS = f"/users/{ANN}", f"/users/{ANN}/ratings/title/actual"
UNAVAILABLE = (503, "5", "503", "Service is temporarily unavailable")

_TRIGGER = """
    CREATE SEQUENCE tries;
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {what}; RETURN NEW; END $$;
    CREATE {kind} TRIGGER failing AFTER INSERT ON {table} {when} FOR EACH ROW EXECUTE FUNCTION fail()
"""
_SLEEPS = "datname = current_database() AND wait_event = 'PgSleep'"
_NO_TRIGGER = "DROP FUNCTION IF EXISTS fail CASCADE; DROP SEQUENCE IF EXISTS tries"
_END = "PERFORM pg_terminate_backend(pg_backend_pid())"
_END_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'gateway origin'
"""
_STUMBLE = "IF nextval('tries') <= {times} THEN RAISE 'overtaken' USING ERRCODE = '{code}'; END IF"
_AT_COMMIT = {"kind": "CONSTRAINT", "when": "DEFERRABLE INITIALLY DEFERRED"}


@pytest.fixture
async def database(relay: Relay) -> AsyncIterator[Database]:
    """Open the database by a way that can be cut."""
    opened = Database(relay.url, wait=WAIT)
    yield opened
    await opened.close()


@pytest.fixture
def signing(ann: Act, database: Database) -> Signing:
    """Act for a subscriber."""
    return ann(database)


@pytest.fixture
async def failing(postgresql_url: str) -> AsyncIterator[Failing]:
    """Return what makes the server do something whenever a row, as a rating, is stored."""
    address = make_url(postgresql_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address)

    async def fail(what: str, *, table: str = "rating", kind: str = "", when: str = "") -> None:
        await connection.execute(_TRIGGER.format(what=what, table=table, kind=kind, when=when))

    yield fail
    await connection.execute(_END_OTHERS)
    await connection.execute(_NO_TRIGGER)
    await connection.close()


@pytest.fixture
async def only_reading(postgresql_url: str) -> AsyncIterator[None]:
    """Let the server take no writes, as one that follows another."""
    address = make_url(postgresql_url).set(drivername="postgresql")
    url = address.render_as_string(hide_password=False)
    connection = await asyncpg.connect(url, server_settings={"default_transaction_read_only": "off"})
    await connection.execute(f'ALTER DATABASE "{address.database}" SET default_transaction_read_only = on')
    yield
    await connection.execute(f'ALTER DATABASE "{address.database}" RESET default_transaction_read_only')
    await connection.close()


def told(answer: httpx.Response) -> tuple[int, str | None, str | None, str | None]:
    """Return what an answer says: its status, when to come again, and both again in its document."""
    document = etree.fromstring(answer.content)
    again, code = answer.headers.get("retry-after"), document.findtext("status_code")
    return answer.status_code, again, code, document.findtext("message")


async def rate(signing: Signing, title: int = JAWS) -> httpx.Response:
    """Rate a title."""
    return await signing("POST", RATINGS, form={"title_ref": ref(title), "rating": "4"})


async def stored(database: Database) -> int:
    """Return how many ratings there are."""
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(Rating)) or 0


async def test_while_the_server_is_away_every_request_is_told_so(relay: Relay, signing: Signing) -> None:
    """Reads, writes, pages and pictures: 503, when to come again, and in JSON to who reads JSON."""
    await relay.cut()

    answers = [
        await signing("GET", USER),
        await rate(signing),
        await signing("GET", "/oauth/clock/time"),
        await signing("POST", "/oauth/request_token"),
        await signing.client.get("/oauth/login?oauth_token=nobodys"),
        await signing.client.get(f"/boxshots/small/{JAWS}.jpg"),
    ]
    in_json = await signing("GET", USER, output="json")

    assert [told(answer) for answer in answers] == [UNAVAILABLE] * len(answers)
    assert (in_json.status_code, in_json.headers["retry-after"]) == (503, "5")
    assert in_json.json()["status"]["status_code"] == 503


async def test_when_the_server_is_back_everything_goes_on(
    relay: Relay, signing: Signing, database: Database
) -> None:
    """Connections that broke are replaced; what was refused meanwhile is not there, what comes later is."""
    first = await rate(signing, JAWS)
    await relay.cut()
    refused = await rate(signing, TOTORO)
    await relay.mend()
    again = await rate(signing, TOTORO)

    assert [first.status_code, refused.status_code, again.status_code] == [201, 503, 201]
    assert await stored(database) == 2


async def test_entries_of_a_bulk_request_are_told_one_by_one(relay: Relay, signing: Signing) -> None:
    """Each is 503 by itself."""
    entries = {"entry_1": signing.address(USER), "entry_2": signing.address("/catalog/titles/movies/1")}
    await relay.cut()

    answer = await signing.client.post("/utility/bulk", data=entries)

    codes = [entry.findtext("body/status/status_code") for entry in etree.fromstring(answer.content)]
    assert codes == ["503", "503"]


@pytest.mark.parametrize("when", [{}, _AT_COMMIT], ids=["in the middle", "at the commit"])
async def test_a_write_that_loses_its_connection_is_not_half_there(
    when: dict[str, str], failing: Failing, signing: Signing, database: Database
) -> None:
    """Wherever the server ends it: 503, nothing is stored, and the next request has another connection."""
    await failing(_END, **when)

    answer = await rate(signing)
    next_answer = await signing("GET", USER)

    assert (told(answer), next_answer.status_code) == (UNAVAILABLE, 200)
    assert await stored(database) == 0


async def test_a_server_that_is_cut_off_in_the_middle(
    relay: Relay, failing: Failing, signing: Signing, database: Database
) -> None:
    """A write whose connection the network takes while the server works is 503, and not there."""
    await failing("PERFORM pg_sleep(30)")
    async with database.read() as session:
        await session.connection()
        working = asyncio.create_task(rate(signing))
        sleeping = select(func.count()).select_from(text("pg_stat_activity")).where(text(_SLEEPS))
        while not await session.scalar(sleeping):
            await session.rollback()
    await relay.cut()
    answer = await working
    await relay.mend()

    assert told(answer) == UNAVAILABLE
    assert await stored(database) == 0


async def test_a_network_that_swallows_everything(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither an answer nor an end arrives the wait has an end, and the connection is given up."""
    monkeypatch.setattr(postgresql, "ANSWER_SECONDS", WAIT)
    monkeypatch.setattr(postgresql, "CONNECT_SECONDS", WAIT)
    database = Database(relay.url, wait=WAIT)
    async with database.read() as session:
        await session.execute(text("SELECT 1"))
        relay.stall()
        async with asyncio.timeout(10):
            with pytest.raises(DatabaseUnusable):
                await session.execute(text("SELECT 2"))
    await relay.cut()
    await relay.mend()

    assert await stored(database) == 0
    relay.stall()
    for _ in range(2):
        async with asyncio.timeout(10):
            with pytest.raises(DatabaseUnusable):
                await stored(database)
    await relay.cut()
    await relay.mend()

    assert await stored(database) == 0
    await database.close()


async def test_a_pool_without_connections_is_told(signing: Signing, database: Database) -> None:
    """Who has waited long enough for a connection is 503; reads have connections of their own."""
    async with AsyncExitStack() as busy:
        for number in range(POOL):
            await busy.enter_async_context(database.write(f"somebody {number}"))
        refused, shown = await rate(signing), await signing("GET", USER)
    afterwards = await rate(signing)

    assert (told(refused), shown.status_code, afterwards.status_code) == (UNAVAILABLE, 200, 201)


async def test_another_process_that_does_not_end_is_told(
    signing: Signing, database: Database, relay: Relay
) -> None:
    """Who waits too long for a write of the same subscriber elsewhere is 503, and nothing is stored."""
    other = Database(relay.url)
    async with other.write(ANN):
        refused = await rate(signing)
    await other.close()

    assert told(refused) == UNAVAILABLE
    assert await stored(database) == 0


@pytest.mark.parametrize("code", ["40001", "40P01"])
async def test_a_write_that_was_overtaken_is_done_again(
    code: str, failing: Failing, signing: Signing, database: Database
) -> None:
    """Serialization failures and deadlocks undo it; twice that goes unnoticed, and it is done once."""
    await failing(_STUMBLE.format(times=2, code=code))

    answer = await rate(signing)

    assert (answer.status_code, await stored(database)) == (201, 1)


async def test_a_token_that_was_overtaken_is_made_again(failing: Failing, signing: Signing) -> None:
    """What is not a subscriber's own is done again, too; the nonce was not used up by what was undone."""
    await failing(_STUMBLE.format(times=2, code="40001"), table="request_token")

    answer = await Signing(signing.client, None)("POST", "/oauth/request_token")

    assert (answer.status_code, "oauth_token_secret=" in answer.text) == (200, True)


async def test_a_write_is_not_repeated_for_ever(
    failing: Failing, signing: Signing, database: Database
) -> None:
    """The third time it is given up: 503, and nothing is stored."""
    await failing(_STUMBLE.format(times=3, code="40001"))

    answer = await rate(signing)
    after = await rate(signing)

    assert (told(answer), after.status_code, await stored(database)) == (UNAVAILABLE, 201, 1)


@pytest.mark.usefixtures("only_reading")
async def test_a_server_that_stands_by_for_another_shows_and_takes_nothing(signing: Signing) -> None:
    """Where the server only reads, reads are answered, and a write is 503 and no fault of ours."""
    refused, shown = await rate(signing), await signing("GET", USER)

    assert (told(refused), shown.status_code) == (UNAVAILABLE, 200)


async def test_two_that_block_each_other_both_come_through(relay: Relay) -> None:
    """Of two writers that wait for each other the server ends one, which then has its turn."""
    both, tries = asyncio.Barrier(2), Counter[str]()
    # The server looks for such pairs once a second.
    database = Database(relay.url)

    async def change(owner: str, first: int, second: int) -> None:
        async def work(session: AsyncSession) -> None:
            tries[owner] += 1
            await session.execute(_longer(first))
            if tries[owner] == 1:
                await both.wait()
            await session.execute(_longer(second))

        await database.change(work, owner)

    async with database.write() as session:
        await session.execute(update(Title).values(runtime=0))
    await asyncio.gather(change(ANN, JAWS, TOTORO), change(BOB, TOTORO, JAWS))
    async with database.read() as session:
        runtimes = list(await session.scalars(select(Title.runtime).where(Title.id.in_([JAWS, TOTORO]))))
    await database.close()

    assert (runtimes, tries.total() > 2) == ([2, 2], True)


def _longer(title: int) -> Update:
    return update(Title).where(Title.id == title).values(runtime=Title.runtime + 1)
