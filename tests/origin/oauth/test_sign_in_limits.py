"""How passwords are kept and compared, and how often somebody may be wrong (T8)."""

import ast
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

import anyio
import argon2
import httpx
import pytest
from anyio.lowlevel import checkpoint
from hypothesis import given
from hypothesis import strategies as st

import gateway.origin
from gateway.origin.accounts import Subscriber
from gateway.origin.oauth.passwords import Passwords, hash_password
from gateway.origin.oauth.tries import Tries

from .conftest import ALICE, BOB, PASSWORD, Application, Clock, MakeClient, log_in

COMPOSED, TYPED = "caf\N{LATIN SMALL LETTER E WITH ACUTE}s crème", "cafe\N{COMBINING ACUTE ACCENT}s crème"


@pytest.mark.anyio
async def test_a_password_is_right_however_it_is_typed() -> None:
    """The word itself is not stored, and a composed accent is a typed one."""
    stored = hash_password(COMPOSED)
    passwords = Passwords()

    answers = [
        await passwords.is_right(stored, given) for given in (COMPOSED, TYPED, "wrong", "", "x" * 2_000)
    ]

    assert ("crème" in stored, stored.startswith("$argon2id$")) == (False, True)
    assert answers == [True, True, False, False, False]


@pytest.mark.anyio
@pytest.mark.parametrize("stored", [None, "no hash at all", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"])
async def test_without_a_hash_nothing_is_right(stored: str | None) -> None:
    """Neither nobody's password nor a damaged one lets anybody in."""
    assert await Passwords().is_right(stored, PASSWORD) is False


class _Noting(argon2.PasswordHasher):
    """Notes at what cost it was asked to compare, and whether it came to a comparison."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.compared: list[argon2.Parameters] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        """Note the cost; a hash that cannot be read costs nothing, and is not noted."""
        try:
            return super().verify(hash, password)
        except argon2.exceptions.VerifyMismatchError:
            self.compared.append(argon2.extract_parameters(str(hash)))
            raise


@pytest.mark.anyio
async def test_nobodys_password_takes_as_long_as_anybodys() -> None:
    """An unknown login is compared with a hash of the same cost, to the end (T8)."""
    hasher = _Noting()
    passwords = Passwords(hasher)

    for stored in (hasher.hash(PASSWORD), None):
        await passwords.is_right(stored, "wrong horse")

    assert hasher.compared == [argon2.extract_parameters(hasher.hash(PASSWORD))] * 2


@pytest.mark.anyio
async def test_the_loop_goes_on_while_passwords_are_compared() -> None:
    """Hashing happens beside the event loop: others are answered meanwhile."""
    passwords, stored, turns = Passwords(), hash_password(PASSWORD), 0

    async def compare() -> None:
        await passwords.is_right(stored, "wrong horse")
        scope.cancel()

    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(compare)
            while True:
                await checkpoint()
                turns += 1

    assert turns > 20


@pytest.mark.anyio
async def test_a_login_can_be_wrong_ten_times(application: Application, clock: Clock) -> None:
    """Then even the right password has to wait, and only for that login; it gets a try a minute."""
    token = await application.ask()
    wrong = [await log_in(application.client, token, password="wrong horse") for _ in range(10)]
    ways = [_status(answer) for answer in wrong]
    ways.append(_status(await log_in(application.client, token)))
    ways.append(_status(await log_in(application.client, token, login=f" {ALICE.upper()} ")))
    page = await application.client.get(f"/oauth/login?oauth_token={token}&status=Failed-Too-Often")
    clock.now += 61
    ways.append(_status(await log_in(application.client, token)))

    assert ways == [*["Failed"] * 10, *["Failed-Too-Often"] * 2, None]
    assert "failed: too many tries" in page.text


@pytest.mark.anyio
async def test_an_unknown_login_is_counted_like_a_known_one(application: Application) -> None:
    """Nobody learns from the limit which logins there are."""
    token = await application.ask()

    ways = [_status(await log_in(application.client, token, login="nobody")) for _ in range(11)]

    assert ways == [*["Failed"] * 10, "Failed-Too-Often"]


@pytest.mark.anyio
async def test_an_address_can_be_wrong_a_number_of_times(make_client: MakeClient) -> None:
    """Many logins tried from one address are stopped together."""
    async with make_client(address_tries=3) as client:
        token = await Application(client).ask()
        ways = [_status(await log_in(client, token, login=f"nobody-{number}")) for number in range(5)]

    assert ways == [*["Failed"] * 3, *["Failed-Too-Often"] * 2]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("proxies", "ways"),
    [
        (("127.0.0.0/24",), [*["Failed"] * 4, *["Failed-Too-Often"]]),
        ((), [*["Failed"] * 3, *["Failed-Too-Often"] * 2]),
        (("10.0.0.0/8",), [*["Failed"] * 3, *["Failed-Too-Often"] * 2]),
    ],
)
async def test_an_address_is_what_our_own_proxy_says(
    make_client: MakeClient, proxies: tuple[str, ...], ways: list[str]
) -> None:
    """Behind a proxy of ours people have their own addresses; nobody else can claim one."""
    async with make_client(address_tries=3, proxies=proxies) as client:
        token = await Application(client).ask()
        tried = []
        for number, address in enumerate(["192.0.2.1"] * 3 + ["192.0.2.2", "192.0.2.1"]):
            client.headers["x-forwarded-for"] = f"203.0.113.9, {address}"
            tried.append(_status(await log_in(client, token, login=f"nobody-{number}")))

    assert tried == ways


@pytest.mark.anyio
async def test_guesses_at_the_same_time_are_all_counted(application: Application) -> None:
    """Of forty guesses at once ten are looked at."""
    token = await application.ask()
    ways: list[str | None] = []

    async def guess(number: int) -> None:
        ways.append(_status(await log_in(application.client, token, password=f"guess number {number}")))

    async with anyio.create_task_group() as tasks:
        for number in range(40):
            tasks.start_soon(guess, number)

    assert sorted(map(str, ways)) == [*["Failed"] * 10, *["Failed-Too-Often"] * 30]


@pytest.mark.anyio
async def test_who_is_right_is_not_counted(application: Application) -> None:
    """Somebody who allows twenty applications in a row is not stopped."""
    for _ in range(20):
        application.token = application.token_secret = ""
        answer = await log_in(application.client, await application.ask("oob"))

    assert "successfully" in answer.text


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 30)), max_size=60))
def test_tries_never_exceed_what_time_allows(tries: list[tuple[str, float]]) -> None:
    """Whatever the rhythm, in any span there are at most the burst and what has drained since."""
    clock = Clock(0)
    bucket = Tries(most=5, seconds=50, clock=clock)
    taken: dict[str, list[float]] = {"a": [], "b": []}
    for name, wait in tries:
        clock.now += wait
        if bucket.take(name):
            taken[name].append(clock.now)

    for moments in taken.values():
        for first, start in enumerate(moments):
            for last, end in enumerate(moments[first:], first):
                assert last - first + 1 <= 5 + (end - start) / 10 + 1e-6


def test_memory_is_bounded_and_lately_tried_names_stay() -> None:
    """A flood of names pushes out the ones that were tried longest ago."""
    bucket = Tries(most=2, seconds=1_000, clock=Clock())
    for name in ["old", *(f"name-{number}" for number in range(19_999)), "old", "one more"]:
        bucket.take(name)

    again = [[bucket.take(name), bucket.take(name)] for name in ("name-19998", "old", "name-0")]

    assert again == [[True, False], [False, False], [True, True]]


def test_secrets_are_compared_in_constant_time() -> None:
    """Nowhere in the origin's OAuth is a secret compared by ``==`` (T8)."""
    secret = {"signature", "secret", "verifier", "pin", "password", "code", "seal", "csrf", "token_secret"}
    root = Path(gateway.origin.__file__).parent
    compared, files = [], [*(root / "oauth").glob("*.py"), *(root / "routes").glob("*.py")]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
                names = {
                    getattr(side, "attr", getattr(side, "id", "")) for side in (node.left, *node.comparators)
                }
                compared += [f"{file.name}:{node.lineno}"] if names & secret else []

    assert (compared, len(files) > 15) == ([], True)


@pytest.mark.anyio
async def test_two_subscribers_may_have_one_password(alice: Subscriber, application: Application) -> None:
    """Each has a salt of its own, and each gets in as who they are."""
    await application.ask()
    answer = await log_in(application.client, application.token, login=BOB)
    verifier = httpx.URL(answer.headers["location"]).params["oauth_verifier"]

    given = application.keep(await application.exchange(verifier))

    assert given["user_id"] != alice.id


def _status(answer: httpx.Response) -> str | None:
    """Return what the address after a login says of it."""
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query)).get("status")
