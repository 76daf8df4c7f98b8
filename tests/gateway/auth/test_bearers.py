"""Who asks the graph: bearer tokens, cookies, and what has ended, over a real origin."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet
from redis import Redis

from tests.databases import Databases
from tests.end_to_end.command import invoke

from .conftest import Invite
from .house import ALICE, BOB, House, Person, fill, house

WHO = "{ viewer { firstName } }"


@pytest.fixture(scope="module")
def exchanging(sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Run a gateway that takes access tokens in exchange."""
    with house(sqlite_databases.copy(fill), tmp_path_factory.mktemp("home"), token_exchange=True) as running:
        yield running


def _exchange(place: House, **given: str) -> httpx.Response:
    return httpx.post(f"{place.url}/auth/token", data=given)


def _held(place: House) -> dict[str, str]:
    """Return an access token that the origin has given, as a backend would hold it."""
    token = place.access_tokens()[-1]
    named = {"oauth_token": token.token, "oauth_token_secret": token.secret}
    return {**named, "user_id": token.subscriber_id}


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def _codes(answer: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json().get("errors", ())]


@pytest.fixture
def held(exchanging: House, invite: Invite) -> dict[str, str]:
    """Return an access token that Alice has given."""
    invite(house=exchanging).sign_in()
    return _held(exchanging)


def _token(place: House, held: dict[str, str]) -> str:
    answer = _exchange(place, **held)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def test_an_access_token_is_exchanged_for_ours(
    exchanging: House, held: dict[str, str], invite: Invite
) -> None:
    """The graph knows who it is, and ours says nothing of the origin's."""
    given = _exchange(exchanging, **held).json()
    answer = invite(house=exchanging).ask(WHO, _bearer(given["access_token"]))

    assert answer.json() == {"data": {"viewer": {"firstName": "Alice"}}}
    assert set(given) == {"access_token", "token_type", "expires_in"}
    assert not set(held.values()) & set(map(str, given.values()))


def test_the_exchange_is_off_by_default(alice: Person, ours: House) -> None:
    """A good token is refused like any other."""
    alice.sign_in()
    answer = _exchange(ours, **_held(ours))

    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("field", ["oauth_token", "oauth_token_secret", "user_id"])
@pytest.mark.parametrize("value", ["", "wrong", "\N{SNOWMAN}", "../../users/T1", "a\x00b"])
def test_a_wrong_access_token_is_refused(
    exchanging: House, held: dict[str, str], field: str, value: str
) -> None:
    """The origin is asked, and the user id must be the token's."""
    answer = _exchange(exchanging, **{**held, field: value})

    assert answer.status_code == 400
    assert answer.json()["error"] in {"invalid_grant", "invalid_request"}


def test_the_user_id_of_another_is_refused(exchanging: House, held: dict[str, str], invite: Invite) -> None:
    """Alice's token does not make anybody Bob."""
    invite(BOB, house=exchanging).sign_in()
    answer = _exchange(exchanging, **{**held, "user_id": _held(exchanging)["user_id"]})

    assert answer.json() == {
        "error": "invalid_grant",
        "error_description": "user_id is not whose access token it is.",
    }


def test_a_revoked_access_token_is_refused(exchanging: House, held: dict[str, str]) -> None:
    """What a subscriber took back opens nothing."""
    exchanging.revoke(ALICE)

    assert _exchange(exchanging, **held).json() == {
        "error": "invalid_grant",
        "error_description": "The origin does not take this access token.",
    }


@pytest.mark.parametrize("missing", ["oauth_token", "oauth_token_secret", "user_id"])
def test_what_is_missing_of_an_access_token_is_named(
    exchanging: House, held: dict[str, str], missing: str
) -> None:
    """Two of three do not help; the other two are not repeated."""
    answer = _exchange(exchanging, **{name: value for name, value in held.items() if name != missing})

    why = f"{missing} is missing."
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "invalid_request", "error_description": why},
    )


BAD = [
    "Bearer",
    "Bearer wrong",
    "bearer wrong",
    "Bearer \xff",
    f"Bearer {'a' * 5000}",
    "Bearer a b",
]


@pytest.mark.parametrize("authorization", BAD)
def test_a_bad_bearer_token_is_never_nobody(alice: Person, authorization: str) -> None:
    """Not even beside a good cookie, and not for what anybody may ask."""
    alice.sign_in()
    headers = {"authorization": authorization, "sec-fetch-site": "same-origin"}
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = alice.ask("{ __typename }", raw)  # type: ignore[arg-type]

    assert (answer.status_code, _codes(answer)) == (401, ["UNAUTHENTICATED"])
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert "data" not in answer.json()


NOT_OURS = ["", "A" * 43, "Basic YTpi", "Token abc", "OAuth oauth_token=abc", "Bearer:abc"]


@pytest.mark.parametrize("authorization", NOT_OURS)
def test_what_is_no_bearer_token_is_never_nobody(alice: Person, authorization: str) -> None:
    """A token without its scheme, or of another, is told how to come, and not answered as if it were none."""
    answer = alice.ask("{ __typename }", {"authorization": authorization})

    assert (answer.status_code, _codes(answer)) == (401, ["UNAUTHENTICATED"])
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    told = answer.json()["errors"][0]["message"]
    assert told == "`Authorization` must be `Bearer …`, with a token of ours."


def test_credentials_for_somebody_before_us_leave_a_cookie_good(alice: Person) -> None:
    """A proxy's basic authentication may come through, beside what signs somebody in."""
    alice.sign_in()

    answer = alice.ask(WHO, {"authorization": "Basic YTpi", "sec-fetch-site": "same-origin"})

    assert answer.json() == {"data": {"viewer": {"firstName": "Alice"}}}


def test_a_cookie_is_no_bearer_token_and_the_other_way_round(
    exchanging: House, held: dict[str, str], invite: Invite
) -> None:
    """A secret that was given to a browser is good in a browser's cookie alone."""
    alice, other = invite(house=exchanging), invite(house=exchanging)
    alice.sign_in()
    other.http.cookies.set("__Host-gateway_session", _token(exchanging, held))

    assert alice.ask(WHO, _bearer(alice.cookie() or "")).status_code == 401
    assert other.session() is None


def test_explain_is_told_what_is_a_subscribers(
    exchanging: House, held: dict[str, str], tmp_path: Path
) -> None:
    """The command asks as whoever the token is of, and as nobody without one."""
    file = tmp_path / "query.graphql"
    file.write_text(WHO)
    asked = ["explain", str(file), "--url", exchanging.url, "--analyze"]

    nobody = invoke(*asked)
    alice = invoke(*asked, "--token", _token(exchanging, held))
    wrong = invoke(*asked, "--token", "wrong")
    nowhere = invoke("explain", str(file), "--token", "any")

    assert (nobody.exit_code, "Upstream: 0 requests, 0 calls" in nobody.stdout) == (0, True)
    assert (alice.exit_code, "Upstream: 1 request, 1 call" in alice.stdout) == (0, True)
    assert f"/users/{held['user_id']}" in alice.stdout
    assert (wrong.exit_code, wrong.stdout) == (1, "Error: The bearer token is not good, or no longer.\n")
    assert (nowhere.exit_code, "give --url or --analyze" in nowhere.stderr) == (1, True)


def test_signing_out_ends_a_bearer_token(exchanging: House, held: dict[str, str], invite: Invite) -> None:
    """It needs no cookie's guard, for no browser sends it by itself."""
    token = _token(exchanging, held)
    answer = httpx.post(f"{exchanging.url}/auth/logout", headers=_bearer(token))

    assert answer.status_code == 204
    assert invite(house=exchanging).ask(WHO, _bearer(token)).status_code == 401


def test_signing_out_ends_streams_at_once(exchanging: House, held: dict[str, str]) -> None:
    """Nobody waits for the next look at whether whoever listens is signed in."""
    token = _token(exchanging, held)
    with _watching(exchanging, token) as told:
        assert next(told).startswith("event: next")
        began = monotonic()
        httpx.post(f"{exchanging.url}/auth/logout", headers=_bearer(token))

        assert "You are no longer signed in." in "".join(told)
        assert monotonic() - began < 5.0


@contextmanager
def _watching(place: House, token: str) -> Iterator[Iterator[str]]:
    headers = {**_bearer(token), "accept": "text/event-stream"}
    watch = {"query": "subscription { queueChanged(kind: INSTANT) { etag } }"}
    with httpx.stream("POST", f"{place.url}/graphql", headers=headers, json=watch, timeout=40) as answer:
        yield answer.iter_text()


def test_a_cookie_says_who_asks(alice: Person) -> None:
    """Our own page asks the graph, and is answered for who is signed in."""
    alice.sign_in()

    assert alice.ask(WHO).json() == {"data": {"viewer": {"firstName": "Alice"}}}


def test_a_cookie_that_is_not_good_is_nobody(alice: Person) -> None:
    """What anybody may ask is answered; nobody has to clear their cookies."""
    alice.http.cookies.set("__Host-gateway_session", "A" * 43)

    assert alice.ask("{ __typename }").json() == {"data": {"__typename": "Query"}}


FOREIGN = [
    {},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": ""},
    {"origin": "null"},
    {"origin": "http://evil.test"},
    {"origin": "http://127.0.0.1"},
    {"sec-fetch-site": "cross-site", "origin": "OURS"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_cookie_from_elsewhere_asks_nothing(alice: Person, ours: House, headers: dict[str, str]) -> None:
    """Nor does one that comes without a word about where from."""
    alice.sign_in()
    answer = alice.ask(WHO, {name: value.replace("OURS", ours.url) for name, value in headers.items()})

    assert (answer.status_code, _codes(answer)) == (403, ["FORBIDDEN"])


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "none"}, {"origin": "OURS"}])
def test_a_cookie_from_us_asks(alice: Person, ours: House, headers: dict[str, str]) -> None:
    """Old browsers say only the origin."""
    alice.sign_in()
    answer = alice.ask(WHO, {name: value.replace("OURS", ours.url) for name, value in headers.items()})

    assert answer.status_code == 200


def test_what_is_revoked_at_the_origin_ends_here(alice: Person, ours: House) -> None:
    """Who asks learns it once, and what anybody may see is there; then nobody is signed in."""
    alice.sign_in()
    ours.revoke(ALICE)
    fields = "viewer { nickname } other: viewer { firstName } third: viewer { lastName }"
    many = f'{{ {fields} titles(search: "x") {{ totalCount }} }}'
    first, second = alice.ask(many), alice.ask(WHO)

    assert (first.status_code, _codes(first)) == (200, ["UNAUTHENTICATED"])
    assert first.json()["data"]["titles"] == {"totalCount": 0}
    assert alice.session() is None
    assert second.json()["data"] == {"viewer": None}


def test_a_revoked_bearer_token_is_refused_from_then_on(
    exchanging: House, held: dict[str, str], invite: Invite
) -> None:
    """Once the origin has said no, the gateway does."""
    token, person = _token(exchanging, held), invite(house=exchanging)
    exchanging.revoke(ALICE)
    statuses = [person.ask(WHO, _bearer(token)).status_code for _ in range(2)]

    assert statuses == [200, 401]


def test_nodes_share_sessions_on_redis(
    sqlite_databases: Databases, tmp_path: Path, invite: Invite, redis_url: str
) -> None:
    """What one node begins, another finishes, knows and ends; on the server there is no secret to read."""
    accounts, keys = sqlite_databases.copy(fill), (Fernet.generate_key().decode(),)
    told: dict[str, Any] = {"session_keys": keys, "redis_url": redis_url}
    with house(accounts, tmp_path / "a", **told) as one, house(accounts, tmp_path / "b", **told) as other:
        alice = invite(house=one)
        back = alice.allow(alice.begin())
        alice.get(back.replace(one.url, other.url))
        assert alice.session() is not None
        with Redis.from_url(redis_url) as redis:
            names = list(redis.scan_iter("gateway:record:*:*", count=1000))
            kept = b"".join([*names, *filter(None, redis.mget(names))])
        alice.house = other
        secrets = [*_held(one).values(), alice.cookie() or ""]
        alice.post("/auth/logout")
        alice.house = one
        assert alice.session() is None

    assert len(kept) > 100
    assert [secret for secret in secrets if secret.encode() in kept] == []
    assert list(tmp_path.iterdir()) == []


def test_sessions_outlive_the_gateway(sqlite_databases: Databases, tmp_path: Path, invite: Invite) -> None:
    """They are where the home is; without the key they are nobody's."""
    accounts = sqlite_databases.copy(fill)
    with house(accounts, tmp_path) as first:
        alice = invite(house=first)
        alice.sign_in()
    found: list[Any] = []
    for _ in range(2):
        with house(accounts, tmp_path) as later:
            alice.house = later
            found.append(alice.session())
        (tmp_path / "session.key").unlink()

    assert found[0]["user"]["name"].startswith("Alice")
    assert found[1] is None
