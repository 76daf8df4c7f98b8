"""How long sessions, sign-ins and devices last: by a clock that is set by hand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from gateway.auth.dance import Begun, Person
from gateway.auth.devices import Devices, NotYet
from gateway.auth.errors import NotBegunHere
from gateway.auth.logins import Logins
from gateway.auth.sealing import Sealer
from gateway.auth.sessions import Sessions, Sort
from gateway.stores.records import Records
from gateway.stores.sqlite_records import SQLiteRecords
from gateway.upstream.signing import Credentials

pytestmark = pytest.mark.anyio

DAY = 86_400
ALICE = Person("T1", "Alice", Credentials("key", "secret"))


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return the clock of everything here."""
    return Clock()


@pytest.fixture
async def records(clock: Clock) -> AsyncIterator[Records]:
    """Return an empty store."""
    opened = SQLiteRecords(clock=clock)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def sealer() -> Sealer:
    """Return a sealer with a key of its own."""
    return Sealer.passing()


@pytest.fixture
def sessions(records: Records, sealer: Sealer, clock: Clock) -> Sessions:
    """Return the sessions."""
    return Sessions(records, sealer, clock=clock)


async def test_a_session_that_is_not_used_ends_after_30_days(sessions: Sessions, clock: Clock) -> None:
    """A second before it is there, and that use counts."""
    secret = await sessions.begin(ALICE, Sort.COOKIE)
    found = []
    for seconds in (30 * DAY - 1, 30 * DAY - 1, 30 * DAY):
        clock.now += seconds
        found.append(await sessions.find(secret, Sort.COOKIE) is not None)

    assert found == [True, True, False]


async def test_a_session_that_is_never_used_ends_after_30_days(sessions: Sessions, clock: Clock) -> None:
    """Signing in is no use of it."""
    secret = await sessions.begin(ALICE, Sort.COOKIE)
    clock.now += 30 * DAY

    assert await sessions.find(secret, Sort.COOKIE) is None


async def test_a_session_ends_after_180_days_however_much_it_is_used(
    sessions: Sessions, clock: Clock
) -> None:
    """Every day but the last; it says itself until when."""
    secret = await sessions.begin(ALICE, Sort.BEARER)
    begun, ends = clock.now, []
    for _ in range(179):
        clock.now += DAY
        session = await sessions.find(secret, Sort.BEARER)
        assert session is not None
        ends.append(session.until)
    clock.now += DAY

    assert await sessions.find(secret, Sort.BEARER) is None
    assert ends[0] == begun + 31 * DAY
    assert max(ends) == begun + 180 * DAY


async def test_a_session_knows_whose_it_is(sessions: Sessions, clock: Clock) -> None:
    """The subscriber with their token; and since when."""
    secret = await sessions.begin(ALICE, Sort.COOKIE)
    session = await sessions.find(secret, Sort.COOKIE)

    assert session is not None
    assert (session.person, session.since) == (ALICE, clock.now)
    assert session.viewer.token == ALICE.token
    assert secret not in repr(session)
    assert "secret" not in repr(session)


async def test_a_session_is_ended_by_its_secret_or_its_name(sessions: Sessions) -> None:
    """And no other with it."""
    secrets = [await sessions.begin(ALICE, Sort.COOKIE) for _ in range(3)]
    await sessions.end(secrets[0], Sort.COOKIE)
    session = await sessions.find(secrets[1], Sort.COOKIE)
    assert session is not None
    await sessions.forget(session.viewer.session)

    assert [await sessions.find(secret, Sort.COOKIE) is not None for secret in secrets] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(("seconds", "is_there"), [(599, True), (600, False)])
async def test_a_sign_in_lasts_ten_minutes(
    records: Records, sealer: Sealer, clock: Clock, seconds: int, *, is_there: bool
) -> None:
    """Not a second longer."""
    logins = Logins(records, sealer)
    await logins.keep("browser", "state", Begun(Credentials("key", "secret"), "http://o.test/login"), "/x")
    clock.now += seconds

    if is_there:
        assert (await logins.take("browser", "state", "key")).return_to == "/x"
    else:
        with pytest.raises(NotBegunHere):
            await logins.take("browser", "state", "key")


@pytest.mark.parametrize(("seconds", "is_there"), [(599, True), (600, False)])
async def test_a_device_waits_ten_minutes(
    records: Records, sealer: Sealer, clock: Clock, seconds: int, *, is_there: bool
) -> None:
    """Then neither of its codes is good."""
    devices = Devices(records, sealer, clock=clock)
    waiting = await devices.start()
    clock.now += seconds

    assert await devices.is_waiting(waiting.user_code, asker="me") == is_there
    assert await devices.decide(waiting.user_code, ALICE) == is_there
    if is_there:
        assert await devices.ask(waiting.device_code) == ALICE
    else:
        with pytest.raises(NotYet, match="expired_token"):
            await devices.ask(waiting.device_code)


async def test_each_impatience_costs_five_seconds(records: Records, sealer: Sealer, clock: Clock) -> None:
    """RFC 8628 section 3.5: the interval grows by five seconds with every ``slow_down``, and stays."""
    devices = Devices(records, sealer, clock=clock)
    waiting = await devices.start()
    told = []
    for seconds in (0, 4, 9, 14, 15, 15):
        clock.now += seconds
        with pytest.raises(NotYet) as raised:
            await devices.ask(waiting.device_code)
        told.append(raised.value.error)

    slow, pending = "slow_down", "authorization_pending"
    assert told == [pending, slow, slow, slow, slow, slow]
    clock.now += 30
    with pytest.raises(NotYet, match=pending):
        await devices.ask(waiting.device_code)
