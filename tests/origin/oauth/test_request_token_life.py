"""How a request token lives and ends: once, in time, for its consumer, with its verifier (T7, T9)."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

import httpx
import pytest
from sqlalchemy import func, select

from gateway.origin.accounts import AccessToken, RequestToken
from gateway.origin.database import Database
from gateway.origin.inquiries import Inquiry
from gateway.origin.oauth.visitors import Visitor
from gateway.origin.quota.gate import Gate
from gateway.origin.routes.oauth import OAuthPages
from gateway.origin.settings import NONCE_PER_PROCESS, OriginSettings
from tests.databases import Databases

from .conftest import (
    BASE,
    OTHER_KEY,
    OTHER_SECRET,
    Application,
    Clock,
    MakeClient,
    fill,
    link,
    log_in,
    verifier_of,
)

INVALID = (401, "Invalid Signature")
ENDED = (401, "Invalid Or Expired Token")

pytestmark = pytest.mark.anyio


@pytest.fixture
def url(databases: Databases) -> str:
    """Return the address of accounts of one's own, on every kind of database."""
    return databases.copy(fill)


def said(answer: httpx.Response) -> tuple[int, str]:
    """Return status and body; of a success the status alone."""
    return answer.status_code, "" if answer.status_code == 200 else answer.text


async def test_an_exchange_happens_once(application: Application) -> None:
    """Who exchanged a request token is told that it has ended (T9)."""
    verifier = await verifier_of(application.client, await application.ask())

    answers = [said(await application.exchange(verifier)) for _ in range(2)]

    assert answers == [(200, ""), ENDED]


async def test_of_many_exchanges_at_once_one_wins(application: Application, database: Database) -> None:
    """Twenty exchanges of one request token, each signed by itself: one access token comes into being."""
    verifier = await verifier_of(application.client, await application.ask())

    answers = await asyncio.gather(*(application.exchange(verifier) for _ in range(20)))

    async with database.read() as session:
        made = await session.scalar(select(func.count()).select_from(AccessToken))
    assert (Counter(map(said, answers)), made) == ({(200, ""): 1, ENDED: 19}, 1)


@pytest.mark.parametrize("path", ["/oauth/request_token", "/oauth/access_token"])
async def test_of_many_copies_one_is_answered(
    application: Application, make_client: MakeClient, path: str
) -> None:
    """A copy of a signed request is refused: at the same time, later, and by another process (T7)."""
    verifier = await verifier_of(application.client, await application.ask())
    given = {"oauth_verifier": verifier}
    if path.endswith("request_token"):
        given, application.token, application.token_secret = {"oauth_callback": "oob"}, "", ""
    form = application.parameters(path, **given)

    copies = await asyncio.gather(*(application.client.post(path, data=form) for _ in range(20)))
    async with make_client() as restarted:
        later = await restarted.post(path, data=form)

    assert (Counter(map(said, copies)), said(later)) == ({(200, ""): 1, INVALID: 19}, INVALID)


async def test_a_copy_stays_refused_until_its_timestamp_is(
    application: Application, clock: Clock, database: Database
) -> None:
    """A nonce is kept longer than its timestamp is accepted, and forgotten after that (T7)."""
    early = application.parameters("/oauth/request_token", oauth_timestamp=str(int(clock.now) + 300))
    answers = []

    for moment in (0, 299, 301, 599, 600, 601):
        clock.now = int(Clock.now) + moment
        answers.append(said(await application.client.post("/oauth/request_token", data=early)))
    clock.now += 1_000
    await application.ask()

    async with database.read() as session:
        kept = await session.scalar(select(func.count()).select_from(RequestToken))
    assert answers == [(200, ""), *[INVALID] * 4, (401, "Timestamp Is Invalid")]
    assert kept == 1  # The token of the first request has long ended, and is forgotten too.


@pytest.mark.parametrize(("compat", "second"), [((), INVALID), ((NONCE_PER_PROCESS,), (200, ""))])
async def test_a_nonce_may_repeat_with_another_signature_only_when_allowed(
    make_client: MakeClient, compat: tuple[str, ...], second: tuple[int, str]
) -> None:
    """``nonce-per-process`` holds for stored nonces too; a copy is refused in any case."""
    async with make_client(compat=frozenset(compat)) as client:
        application = Application(client)
        forms = [
            application.parameters("/oauth/request_token", oauth_nonce="n", oauth_callback=callback)
            for callback in ("oob", "http://application.example/")
        ]
        answers = [said(await client.post("/oauth/request_token", data=form)) for form in (*forms, forms[0])]

    assert answers == [(200, ""), second, INVALID]


async def test_a_forged_request_burns_no_nonce(application: Application) -> None:
    """The nonce is stored after the signature was found right."""
    forger = Application(application.client, secret="wrong")
    answers = [
        said(await one.post("/oauth/request_token", oauth_nonce="mine", oauth_callback="oob"))
        for one in (forger, application)
    ]

    assert answers == [INVALID, (200, "")]


@pytest.mark.parametrize(("wrong", "last"), [(4, (200, "")), (5, ENDED)])
async def test_five_wrong_verifiers_end_a_request_token(
    application: Application, wrong: int, last: tuple[int, str]
) -> None:
    """After four wrong ones the right one still does it; after the fifth nothing does."""
    verifier = await verifier_of(application.client, await application.ask())

    guesses = [said(await application.exchange(f"guess-{number}")) for number in range(wrong)]

    assert (guesses, said(await application.exchange(verifier))) == ([INVALID] * wrong, last)


async def test_guesses_at_once_are_all_counted(application: Application) -> None:
    """Twenty guesses at the same time end the token as five do one after the other."""
    verifier = await verifier_of(application.client, await application.ask())

    guesses = await asyncio.gather(*(application.exchange(f"guess-{number}") for number in range(20)))

    assert Counter(map(said, guesses)) == {INVALID: 5, ENDED: 15}
    assert said(await application.exchange(verifier)) == ENDED


async def test_who_cannot_sign_learns_nothing_and_costs_nothing(application: Application) -> None:
    """Right, wrong or no verifier: without the secrets the answers are the same bytes, and no try (T9)."""
    verifier = await verifier_of(application.client, await application.ask())
    thief = Application(application.client, secret="wrong", token=application.token)

    answers = [await thief.exchange(guess) for guess in (verifier, "wrong", None) * 3]

    assert {(said(answer), tuple(sorted(answer.headers.items()))) for answer in answers} == {
        (INVALID, tuple(sorted(answers[0].headers.items())))
    }
    assert said(await application.exchange(verifier)) == (200, "")


@pytest.mark.parametrize("given", [None, ""])
async def test_a_verifier_is_needed(application: Application, given: str | None) -> None:
    """Without a verifier nothing is exchanged, and the token stays good for who has it."""
    verifier = await verifier_of(application.client, await application.ask())

    answers = [said(await application.exchange(given)), said(await application.exchange(verifier))]

    assert answers == [INVALID, (200, "")]


async def test_what_nobody_approved_is_not_exchanged(application: Application) -> None:
    """A request token that still waits for a subscriber is good for nothing."""
    await application.ask()

    assert [said(await application.exchange(guess)) for guess in (None, "", "x")] == [ENDED, ENDED, ENDED]


async def test_another_consumer_cannot_exchange_it(application: Application) -> None:
    """Looked up by token and consumer: to another consumer it is a token that nobody has (F4, T9)."""
    verifier = await verifier_of(application.client, await application.ask())
    other = Application(
        application.client,
        key=OTHER_KEY,
        secret=OTHER_SECRET,
        token=application.token,
        token_secret=application.token_secret,
    )

    answers = [said(await other.exchange(verifier)), said(await application.exchange(verifier))]

    assert answers == [INVALID, (200, "")]


@pytest.mark.parametrize(("age", "outcome"), [(600, (200, "")), (601, ENDED)])
async def test_it_lives_ten_minutes(
    application: Application, clock: Clock, age: int, outcome: tuple[int, str]
) -> None:
    """Approved in time and exchanged too late is too late."""
    verifier = await verifier_of(application.client, await application.ask())
    clock.now += age

    assert said(await application.exchange(verifier)) == outcome


async def test_an_access_token_is_no_request_token(application: Application) -> None:
    """What was given at the end cannot be exchanged again."""
    await link(application)

    assert said(await application.exchange("x")) == INVALID


async def test_an_unknown_token_is_looked_at_like_a_known_one(
    application: Application, database: Database, settings: OriginSettings
) -> None:
    """A signature is computed once for every token and key, whether somebody has it or not (T8)."""
    await application.ask()
    pages = OAuthPages(database, settings, Gate(database, settings))
    counts = [_Counted.times]
    for key, token in ((application.key, application.token), (application.key, "x"), ("x", "x")):
        bases = _Counted([BASE])
        forger = Application(application.client, key=key, secret="wrong", token=token)
        form = tuple(forger.parameters("/oauth/access_token").items())
        inquiry = Inquiry(verb="POST", bases=bases, path="/oauth/access_token", form=form)
        await pages.reply(inquiry, Visitor(address="", base=BASE))
        counts.append(_Counted.times)

    assert [count - counts[0] for count in counts] == [0, 1, 2, 3]


class _Counted(tuple[str, ...]):
    """Counts how often signatures are made for it."""

    times: ClassVar = 0

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        type(self).times += 1
        return super().__iter__()


async def test_a_pin_has_eight_digits_and_a_verifier_192_bits(application: Application) -> None:
    """A person types a PIN; what a browser carries is too long to be guessed (contract 10)."""
    await application.ask("oob")
    pin = (
        (await log_in(application.client, application.token)).text.partition('id="pin">')[2].partition("<")[0]
    )
    application.token = application.token_secret = ""
    verifier = await verifier_of(application.client, await application.ask())

    assert (len(pin), pin.isdecimal(), len(verifier)) == (8, True, 32)
