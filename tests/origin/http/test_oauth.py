"""Who may ask: levels, places, clocks, nonces, hosts, and everything that is malformed."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import ClassVar
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.origin.errors import Refusal
from gateway.origin.forms import read_pairs
from gateway.origin.inquiries import Inquiry
from gateway.origin.oauth.claims import read_claims
from gateway.origin.oauth.known import Known
from gateway.origin.oauth.signature import base_string, sign
from gateway.origin.oauth.verification import Level, Verifier
from gateway.origin.settings import HISTORIC_HOSTS, NONCE_PER_PROCESS, OriginSettings

from .conftest import BASE, DISABLED, JAWS, KEY, NOW, SECRET, Clock, Signer

MOVIE = f"/catalog/titles/movies/{JAWS}"
LEVEL_1 = "/catalog/titles/autocomplete?term=jaws"

INVALID = (401, "Invalid Signature")
TIMESTAMP = (401, "Timestamp Is Invalid")
NO_KEY = (401, "Missing Required Consumer Key")
INACTIVE = (403, "Developer Inactive")


def claims(**changes: str | None) -> dict[str, str]:
    """Return OAuth parameters, all as they should be but for *changes*; None leaves one out."""
    usual = {
        "oauth_consumer_key": KEY,
        "oauth_nonce": "n",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(NOW),
        "oauth_version": "1.0",
    }
    merged = {**usual, **{f"oauth_{name}": value for name, value in changes.items()}}
    return {name: value for name, value in merged.items() if value is not None}


def signed(
    path: str = MOVIE, verb: str = "GET", *, base: str = BASE, secret: str = SECRET, **changes: str | None
) -> dict[str, str]:
    """Return OAuth parameters with a right signature over whatever *changes* made of them."""
    own, _, query = path.partition("?")
    given = {name: value for name, value in claims(**changes).items() if name != "oauth_signature"}
    made = sign(base_string(verb, base + own, [*read_pairs(query.encode()), *given.items()]), secret)
    return {**given, "oauth_signature": changes.get("signature") or made.decode()}


def header(parameters: dict[str, str], separator: str = ", ") -> str:
    """Return *parameters* as an Authorization header."""
    return "OAuth " + separator.join(
        f'{name}="{quote(value, safe="~")}"' for name, value in parameters.items()
    )


def query(parameters: dict[str, str]) -> str:
    """Return *parameters* as a query."""
    return "&".join(f"{name}={quote(value, safe='~')}" for name, value in parameters.items())


async def ask(client: httpx.AsyncClient, authorization: str, path: str = MOVIE) -> tuple[int, str]:
    """Return status and body of a request with this Authorization header."""
    answer = await client.get(path, headers={"authorization": authorization})
    return answer.status_code, "" if answer.status_code == 200 else answer.text


@pytest.mark.anyio
@pytest.mark.parametrize(
    "dress",
    [
        lambda text: text,
        lambda text: text.replace(", ", ","),
        lambda text: text.replace("OAuth ", "OAuth ,"),
        lambda text: text.replace("OAuth ", 'OAuth realm="", '),
        lambda text: text.replace("OAuth ", 'OAuth realm="http://api.netflix.com/", '),
        lambda text: text.replace("OAuth", "oAuTh"),
        lambda text: text.replace(", ", " ,\t  "),
        lambda text: text + ",",
    ],
)
async def test_headers_are_understood_as_programs_wrote_them(
    client: httpx.AsyncClient, dress: Callable[[str], str]
) -> None:
    """Realm or not, blanks or not, an empty parameter here and there: all verify (contract 9, 2)."""
    assert await ask(client, dress(header(signed()))) == (200, "")


@pytest.mark.anyio
async def test_parameters_may_be_in_several_places(client: httpx.AsyncClient) -> None:
    """One OAuth parameter in the query, one in the form, the others in the header: it verifies."""
    given = signed(MOVIE, "POST", nonce="n2") | {"method": "GET"}
    made = sign(
        base_string("POST", BASE + MOVIE, [p for p in given.items() if p[0] != "oauth_signature"]), SECRET
    ).decode()
    rest = {name: given[name] for name in ("oauth_timestamp", "oauth_consumer_key", "oauth_signature_method")}

    answer = await client.post(
        f"{MOVIE}?oauth_nonce=n2",
        data={"oauth_version": "1.0", "method": "GET"},
        headers={"authorization": header({**rest, "oauth_signature": made})},
    )

    assert answer.status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["oauth_consumer_key", "oauth_nonce", "oauth_signature"])
async def test_each_oauth_parameter_is_in_one_place(client: httpx.AsyncClient, name: str) -> None:
    """An OAuth parameter that comes twice is 400, wherever it is the second time."""
    given = signed()
    twice, said = {name: given[name]}, (400, f"{name} is invalid")

    assert [
        await ask(client, header(given), f"{MOVIE}?{query(twice)}"),
        await ask(client, header(given) + f', {name}="x"'),
        await ask(client, "", f"{MOVIE}?{query(given)}&{query(twice)}"),
    ] == [said, said, said]


MALFORMED = [
    # F1, F3: timestamps that are no digits, or not of our time.
    (header(signed(timestamp=str(NOW + 315_360_000))), TIMESTAMP),
    (header(signed(timestamp=str(NOW + 301))), TIMESTAMP),
    (header(signed(timestamp=str(NOW - 301))), TIMESTAMP),
    (header(signed(timestamp="1_300_000_000")), TIMESTAMP),
    (header(signed(timestamp=" 1300000000")), TIMESTAMP),
    (header(signed(timestamp="1300000000\n")), TIMESTAMP),
    (header(signed(timestamp="1.3e9")), TIMESTAMP),
    (header(signed(timestamp="01300000000")), TIMESTAMP),
    (header(signed(timestamp="-1")), TIMESTAMP),
    (header(signed(timestamp="")), TIMESTAMP),
    (header(signed(timestamp="\N{ARABIC-INDIC DIGIT ONE}300000000")), TIMESTAMP),
    (header(signed(timestamp=None)), TIMESTAMP),
    # F2: headers that cannot be read.
    ("OAuth", NO_KEY),
    ("OAuth ", NO_KEY),
    ("OAuth garbage", (400, "Authorization is invalid")),
    ("OAuth oauth_nonce", (400, "Authorization is invalid")),
    ("OAuth oauth_nonce=n", (400, "Authorization is invalid")),
    ('OAuth oauth_nonce="n', (400, "Authorization is invalid")),
    ('OAuth ="n"', (400, "Authorization is invalid")),
    ('OAuth oauth_nonce="%zz"', (400, "Authorization is invalid")),
    ('OAuth oauth_nonce="%ff"', (400, "Authorization is invalid")),
    (header(signed(nonce="n\0")), (400, "Authorization is invalid")),
    ('OAuth oauth_nonce="\xe9"', (400, "Authorization is invalid")),
    ('OAuth a="b" c="d"', (400, "Authorization is invalid")),
    ("Basic dTpw", NO_KEY),
    ("", NO_KEY),
    (header(signed(signature="\N{SNOWMAN}")), INVALID),
    (header(signed(signature="é" * 28)), INVALID),
    (header(claims()), INVALID),
    (header(signed(signature="AAAA")), INVALID),
    # F3: sizes, versions, methods.
    (header(signed(nonce="n" * 257)), (400, "oauth_nonce is invalid")),
    (header(signed(nonce="n" * 200_000)), (431, "The headers are limited to 16384 bytes")),
    (header(signed(nonce="")), INVALID),
    (header(signed(nonce=None)), INVALID),
    (header(signed(version="9.9")), (400, "oauth_version is invalid")),
    (header(signed(signature_method="PLAINTEXT", signature=f"{SECRET}&")), INVALID),
    (header(signed(signature_method="RSA-SHA1")), INVALID),
    (header(signed(signature_method="none", signature="")), INVALID),
    (header(signed(signature_method="hmac-sha1")), INVALID),
    (header(signed(signature_method=None)), INVALID),
    # F4: tokens that nobody was given.
    (header(signed(token="x")), INVALID),
    # Keys.
    (header(signed(consumer_key=None)), NO_KEY),
    (header(signed(consumer_key="")), NO_KEY),
    (header(signed(consumer_key="unknown")), INACTIVE),
    (header(signed(consumer_key="a\0b")), (400, "Authorization is invalid")),
    (header(signed(consumer_key="\N{SNOWMAN}")), INACTIVE),
    (header(signed(consumer_key=DISABLED)), INACTIVE),
    (header(signed(secret="wrong")), INVALID),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("authorization", "said"), MALFORMED)
async def test_what_is_malformed_is_refused_and_breaks_nothing(
    client: httpx.AsyncClient, authorization: str, said: tuple[int, str]
) -> None:
    """Each has its sentence; none is a 500 (robustness F1 to F5)."""
    answer = await client.get(MOVIE, headers={b"authorization": authorization.encode("latin-1")})

    assert (answer.status_code, said[1] in answer.text) == (said[0], True)
    if answer.status_code in {401, 403}:
        assert (answer.text, answer.headers["content-type"]) == (said[1], "text/plain;charset=UTF-8")


@pytest.mark.anyio
@pytest.mark.parametrize(
    "sent", [("a=%ff", "request"), ("oauth_nonce=%ff", "request"), ("a=" + "&b=" * 2001, "request")]
)
async def test_a_query_that_cannot_be_read_is_400(client: httpx.AsyncClient, sent: tuple[str, str]) -> None:
    """Bytes that are no text, and far too many parameters, are refused."""
    answer = await client.get(f"{MOVIE}?{sent[0]}")

    assert (answer.status_code, f"{sent[1]} is invalid" in answer.text) == (400, True)


@pytest.mark.anyio
async def test_two_authorization_headers_are_one_too_many(client: httpx.AsyncClient) -> None:
    """Nobody can tell which of two headers counts."""
    answer = await client.get(MOVIE, headers=[("authorization", header(signed()))] * 2)

    assert (answer.status_code, answer.text) == (400, "Authorization is invalid")


@pytest.mark.anyio
@pytest.mark.parametrize("skew", [-300, 0, 300])
async def test_clocks_may_differ_by_five_minutes(client: httpx.AsyncClient, skew: int) -> None:
    """The window is 300 s wide on both sides."""
    assert await ask(client, header(signed(timestamp=str(NOW + skew)))) == (200, "")


@pytest.mark.anyio
async def test_a_request_is_good_once(client: httpx.AsyncClient, clock: Clock) -> None:
    """A copy is refused for as long as its timestamp is accepted, and after that for its timestamp."""
    early = header(signed(timestamp=str(NOW + 300)))
    answers = [await ask(client, early)]

    for clock.now in (NOW, NOW + 599, NOW + 600, NOW + 601):
        answers.append(await ask(client, early))

    assert answers == [(200, ""), INVALID, INVALID, INVALID, TIMESTAMP]


@pytest.mark.anyio
async def test_of_a_hundred_copies_one_is_answered(client: httpx.AsyncClient) -> None:
    """Copies that arrive at once are told apart."""
    copies = await asyncio.gather(*(ask(client, header(signed())) for _ in range(100)))

    assert sorted(copies) == [(200, ""), *[INVALID] * 99]


@pytest.mark.anyio
async def test_every_letter_of_a_signature_counts(client: httpx.AsyncClient) -> None:
    """One that is right but for a letter is wrong, wherever that stands (T8)."""
    right = signed()["oauth_signature"]
    wrong = [f"{right[:at]}{'B' if right[at] == 'A' else 'A'}{right[at + 1 :]}" for at in range(len(right))]
    wrong += [right[:-1], f"{right}A"]

    answers = {await ask(client, header(signed(signature=each))) for each in wrong}

    assert answers == {INVALID}
    assert await ask(client, header(signed())) == (200, "")


@pytest.mark.anyio
async def test_a_wrong_signature_burns_no_nonce(client: httpx.AsyncClient) -> None:
    """The signature is checked before the nonce is stored."""
    forged = await ask(client, header(signed(secret="wrong", nonce="mine")))

    assert [forged, await ask(client, header(signed(nonce="mine")))] == [INVALID, (200, "")]


@pytest.mark.anyio
@pytest.mark.parametrize(("compat", "second"), [((), INVALID), ((NONCE_PER_PROCESS,), (200, ""))])
async def test_a_nonce_may_repeat_for_another_address_only_when_allowed(
    make_client: Callable[..., httpx.AsyncClient], compat: tuple[str, ...], second: tuple[int, str]
) -> None:
    """Strictly a nonce is good once; ``nonce-per-process`` lets it sign again whatever only reads."""
    movie, synopsis = header(signed()), header(signed(f"{MOVIE}/synopsis"))
    async with make_client(compat=frozenset(compat)) as client:
        answers = [
            await ask(client, movie),
            await ask(client, synopsis, f"{MOVIE}/synopsis"),
            await ask(client, movie),
        ]

    assert answers == [(200, ""), second, second]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "base", ["http://api-public.netflix.com", "https://api.netflix.com", "https://api-user.netflix.com"]
)
@pytest.mark.parametrize(("compat", "said"), [((), INVALID), ((HISTORIC_HOSTS,), (200, ""))])
async def test_signatures_for_historic_hosts_verify_only_when_allowed(
    make_client: Callable[..., httpx.AsyncClient], base: str, compat: tuple[str, ...], said: tuple[int, str]
) -> None:
    """A program that signs for the old host and is led here verifies with ``historic-hosts``."""
    public = "http://origin.example:8001"
    async with make_client(public_url=public, compat=frozenset(compat)) as client:
        authorization = header(signed(base=base))
        answer = await client.get(public + MOVIE, headers={"authorization": authorization})

    assert (answer.status_code, "" if answer.status_code == 200 else answer.text) == said


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"{LEVEL_1}&oauth_consumer_key={KEY}", 200),
        (f"{LEVEL_1}&oauth_consumer_key={KEY}&oauth_nonce=n&oauth_timestamp=x&oauth_signature_method=y", 200),
        (f"{LEVEL_1}&oauth_consumer_key={KEY}&oauth_signature=wrong&oauth_timestamp={NOW}", 401),
        (f"{LEVEL_1}&oauth_consumer_key=unknown", 403),
        (f"{LEVEL_1}&oauth_consumer_key={DISABLED}", 403),
        (LEVEL_1, 401),
        (f"{MOVIE}?oauth_consumer_key={KEY}", 401),
    ],
)
async def test_suggestions_need_a_key_only(client: httpx.AsyncClient, path: str, said: int) -> None:
    """Level 1 wants the key, and verifies a signature only if there is one; level 2 wants both."""
    assert (await client.get(path)).status_code == said


@pytest.mark.anyio
async def test_a_signed_request_for_suggestions_is_answered(client: httpx.AsyncClient, sign: Signer) -> None:
    """A level that needs no signature takes one."""
    assert (await client.get(sign(LEVEL_1))).status_code == 200


@pytest.mark.anyio
async def test_a_refusal_says_which_scheme_is_wanted(client: httpx.AsyncClient) -> None:
    """401 names OAuth and our realm."""
    answer = await client.get(MOVIE)

    assert answer.headers["www-authenticate"] == f'OAuth realm="{BASE}"'


@pytest.mark.anyio
async def test_an_unknown_key_takes_the_same_way(clock: Clock) -> None:
    """A signature is computed for a key nobody has, too: only then is the key refused."""
    verifier = Verifier(OriginSettings(public_url=BASE, clock=clock))
    bases = _Counted([BASE])
    inquiry = Inquiry(verb="GET", bases=bases, path=MOVIE, query=tuple(signed().items()))

    with pytest.raises(Refusal, match="Developer Inactive"):
        verifier.verify(inquiry, read_claims(inquiry), Known(), level=Level.SIGNED)

    assert _Counted.times == 1


class _Counted(tuple[str, ...]):
    """Counts how often signatures are made for it."""

    times: ClassVar = 0

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        type(self).times += 1
        return super().__iter__()


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=300)
@given(
    text=st.one_of(
        st.text(max_size=60),
        st.text('OAuth oauth_nonce="=,%\\ é\0\n', max_size=60).map(lambda text: f"OAuth {text}"),
        st.binary(max_size=40).map(lambda noise: "OAuth oauth_nonce=" + b64encode(noise).decode()),
    )
)
def test_any_header_is_read_or_refused(text: str) -> None:
    """No Authorization header breaks the reader: it is understood, 400 or 401."""
    inquiry = Inquiry(verb="GET", bases=(BASE,), path=MOVIE, authorization=text)
    try:
        outcome: object = bool(read_claims(inquiry).consumer_key)
    except Refusal as refusal:
        outcome = refusal.status

    assert outcome in {True, 400, 401}
