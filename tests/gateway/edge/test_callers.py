"""Who asks: what the endpoint makes of those it recognises, does not recognise, and no longer recognises."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
import pytest
import strawberry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.routing import Route

from gateway.edge.admission import Admission
from gateway.edge.endpoint import Endpoint, refused, unavailable
from gateway.edge.lasting import Lasting
from gateway.edge.operations import Operations
from gateway.edge.request import Asked
from gateway.edge.sse import Events
from gateway.edge.streams import Streams
from gateway.loaders.levels import Operation
from gateway.loaders.viewer import Viewer
from gateway.resources import Href
from gateway.schema.context import Context
from gateway.schema.errors import BadUserInput, Unauthenticated
from gateway.stores.records import StoreUnavailable
from gateway.telemetry.trail import Trail
from gateway.upstream.errors import (
    DeadlineExceeded,
    OriginLeftAlone,
    OriginRefused,
    QuotaExhausted,
    RateLimited,
)
from gateway.upstream.signing import Credentials

pytestmark = pytest.mark.anyio

ALICE = Viewer("alice", Credentials("key", "secret"), "session of alice")
HREF = Href("http://o.test/users/alice")


@dataclass
class Door:
    """Recognises whom it is told to, and notes who was forgotten."""

    viewer: Viewer | Exception | None = ALICE
    failures: Sequence[Exception] = ()
    forgotten: list[Viewer] = field(default_factory=list)

    async def authenticate(self, _connection: HTTPConnection) -> Viewer | None:
        """Say who it is, or raise."""
        if isinstance(self.viewer, Exception):
            raise self.viewer
        return self.viewer

    async def forget(self, viewer: Viewer) -> None:
        """Take note."""
        self.forgotten.append(viewer)

    def fail(self, number: int) -> str:
        """Be a field: raise the failure of that number."""
        raise self.failures[number]


@asynccontextmanager
async def _opened(door: Door) -> AsyncIterator[Callable[[], Any]]:
    @strawberry.type
    class Query:
        @strawberry.field
        def fail(self, number: int) -> str | None:
            return door.fail(number)

    def make_context(_viewer: Viewer | None) -> Context:
        operation = Operation(1.0)
        return cast("Context", type("Bare", (), {"operation": operation})())

    async def resolve(asked: Asked, _trail: Trail) -> Asked:
        return asked

    operations = Operations(
        strawberry.Schema(Query), make_context, door.forget, resolve, Admission(1), Lasting()
    )
    endpoint = Endpoint(Events(operations, door.authenticate, Streams()))
    app = Starlette(
        routes=[Route("/graphql", endpoint.answer, methods=["POST"])],
        exception_handlers={HTTPException: refused, StoreUnavailable: unavailable},
    )
    fields = " ".join(f"f{number}: fail(number: {number})" for number in range(len(door.failures)))
    query = f"{{ __typename {fields} }}"
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as http:
        yield lambda: http.post("/graphql", json={"query": query})


def _codes(response: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json().get("errors", ())]


GONE = ["Invalid Or Expired Token", "Access Token Validation Failed", "User ID access token mismatch"]


@pytest.mark.parametrize("message", GONE)
async def test_a_token_that_the_origin_refuses_ends_the_session(message: str) -> None:
    """The field is told so, the rest of the answer is there, and the session is over."""
    door = Door(failures=[OriginRefused(HREF, 401, message=message)])
    async with _opened(door) as ask:
        response = await ask()

    assert _codes(response) == ["UNAUTHENTICATED"]
    assert response.json()["data"] == {"__typename": "Query", "f0": None}
    assert door.forgotten == [ALICE]


async def test_a_graph_that_says_so_ends_it_too() -> None:
    """Whoever is signed in and told to sign in has a token that is good no more."""
    door = Door(failures=[Unauthenticated()])
    async with _opened(door) as ask:
        await ask()

    assert door.forgotten == [ALICE]


OTHERS = [
    OriginRefused(HREF, 401, message="Invalid Signature"),
    OriginRefused(HREF, 401, message="Timestamp Is Invalid"),
    OriginRefused(HREF, 401),
    OriginRefused(HREF, 403, message="Invalid Or Expired Token"),
    OriginRefused(HREF, 404),
    OriginRefused(HREF, 503),
]


async def test_nothing_else_ends_it() -> None:
    """Our secret, our clock or the origin may be wrong, and nobody has to sign in again for that."""
    door = Door(failures=OTHERS)
    async with _opened(door) as ask:
        response = await ask()

    assert "UNAUTHENTICATED" not in _codes(response)
    assert len(_codes(response)) == len(OTHERS)
    assert door.forgotten == []


async def test_it_is_said_once() -> None:
    """However many fields learn it, the operation has one error of the kind, beside the others."""
    door = Door(failures=[OriginRefused(HREF, 404), Unauthenticated(), *[Unauthenticated()] * 3, OTHERS[-1]])
    async with _opened(door) as ask:
        response = await ask()

    assert _codes(response) == ["NOT_FOUND", "UNAUTHENTICATED", "UPSTREAM_UNAVAILABLE"]
    assert door.forgotten == [ALICE]


async def test_who_was_nobody_is_not_forgotten() -> None:
    """Whoever asks for what is personal without signing in is told so, and nothing ends."""
    door = Door(viewer=None, failures=[Unauthenticated()])
    async with _opened(door) as ask:
        response = await ask()

    assert (_codes(response), door.forgotten) == (["UNAUTHENTICATED"], [])


REFUSED = [
    (HTTPException(401, "No.", {"www-authenticate": "Bearer"}), 401, "UNAUTHENTICATED"),
    (HTTPException(403, "No."), 403, "FORBIDDEN"),
    (StoreUnavailable("CANARY"), 503, "UPSTREAM_UNAVAILABLE"),
]


@pytest.mark.parametrize(("error", "status", "code"), REFUSED)
async def test_who_is_refused_is_told_in_terms_of_the_graph(error: Exception, status: int, code: str) -> None:
    """By status and by code; why sessions cannot be looked up is nobody's business."""
    async with _opened(Door(viewer=error)) as ask:
        response = await ask()

    assert (response.status_code, _codes(response)) == (status, [code])
    assert ("www-authenticate" in response.headers) == (status == 401)
    assert ("retry-after" in response.headers) == (status == 503)
    assert "CANARY" not in response.text


RETRYABLE: tuple[tuple[Exception, str, int | None], ...] = (
    (RateLimited(0.25), "RATE_LIMITED", 250),
    (QuotaExhausted(3600.0), "QUOTA_EXHAUSTED", 3_600_000),
    (DeadlineExceeded(), "UPSTREAM_TIMEOUT", 1000),
    (OriginLeftAlone(), "UPSTREAM_UNAVAILABLE", 1000),
    (OriginRefused(HREF, 404), "NOT_FOUND", None),
    (BadUserInput("No."), "BAD_USER_INPUT", None),
    (ZeroDivisionError(), "INTERNAL", None),
)


@pytest.mark.parametrize(("failure", "code", "after"), RETRYABLE)
async def test_what_may_go_well_later_says_when(failure: Exception, code: str, after: int | None) -> None:
    """Who gets such a code knows that asking again may help, and after how many milliseconds."""
    async with _opened(Door(failures=[failure])) as ask:
        (error,) = (await ask()).json()["errors"]

    retry = {} if after is None else {"retryable": True, "retryAfterMs": after}
    assert error["extensions"] == {"code": code, **retry}


async def test_a_refusal_for_a_while_says_how_long() -> None:
    """The seconds of the header are the milliseconds of the error."""
    async with _opened(Door(viewer=StoreUnavailable("x"))) as ask:
        response = await ask()

    assert response.headers["retry-after"] == "5"
    assert response.json()["errors"] == [
        {
            "message": "The gateway's own store does not answer now, so nobody can be recognised.",
            "extensions": {"code": "UPSTREAM_UNAVAILABLE", "retryable": True, "retryAfterMs": 5000},
        }
    ]


async def test_what_a_store_says_of_itself_is_not_told() -> None:
    """A field that needs the store says whose it is, and nothing of where it is."""
    async with _opened(Door(failures=[StoreUnavailable("Redis cannot be used: CANARY.")])) as ask:
        (error,) = (await ask()).json()["errors"]

    assert error["message"] == "The gateway's own store does not answer now."
    assert error["extensions"] == {
        "code": "UPSTREAM_UNAVAILABLE",
        "retryable": True,
        "retryAfterMs": 1000,
    }


REFUSALS = [
    OriginRefused(HREF, 401, message="Invalid Signature"),
    OriginRefused(HREF, 403, message="Developer Inactive"),
]


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_a_wrong_key_of_ours_is_nothing_to_try_again(refusal: OriginRefused) -> None:
    """The gateway has to be set up otherwise: until then each try fails, and costs a call."""
    async with _opened(Door(failures=[refusal])) as ask:
        (error,) = (await ask()).json()["errors"]

    assert (
        error["message"] == "The origin refuses the gateway itself: who runs it has to set it up otherwise."
    )
    assert error["extensions"] == {"code": "UPSTREAM_UNAVAILABLE"}
