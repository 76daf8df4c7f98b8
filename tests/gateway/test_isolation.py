"""No value of one subscriber in another's answer, however their operations interleave.

All subscribers have their things at the same addresses and ask about the same titles: only on whose behalf
something is asked tells their wants apart.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from secrets import token_hex
from typing import Any, Final

import pytest
from starlette.requests import HTTPConnection

from gateway.contract import Rel
from gateway.loaders.viewer import Viewer
from gateway.upstream.identity import Identity
from gateway.upstream.signing import Credentials
from tests.gateway.documents import link, listing, person, title
from tests.gateway.graph import USER, Graph, gateway_over, named
from tests.gateway.household import FILM, about, entry, film, queue, rating_of, resource, state_of
from tests.gateway.wire import Document, Wire

pytestmark = pytest.mark.anyio

USERS: Final = 200
TOGETHER: Final = 50
FILMS: Final = (1, 2)
SEED: Final = 20141114

QUERIES: Final = (
    """{ viewer { firstName queue(kind: INSTANT) { etag items { nodes {
        position title { name { regular } } } } } } }""",
    '{ titles(search: "x") { nodes { name { regular } viewerRating { predicted } cast { name } } } }',
    """{ viewer { firstName } titles(search: "x") { nodes {
        viewerState { inQueue } viewerRating { predicted } } } }""",
    "{ viewer { firstName recommendations { nodes { predicted title { name { regular } } } } } }",
)


def user(number: int) -> str:
    """Return the id of a subscriber."""
    return f"T1user{number}-"


def serve(wire: Wire) -> None:
    """Put a household for each subscriber on *wire*, and films that all of them see."""
    films = [title(FILM(n), f"F{n}", link(Rel.CAST, f"/cast/{n}")) for n in FILMS]
    wire.documents["/catalog/titles"] = listing("catalog_titles", *films, total=len(films))
    for n in FILMS:
        wire.documents[f"/cast/{n}"] = listing("people", person(f"/catalog/people/{n}", f"P{n}"))
    ways = (
        (Rel.QUEUES, "/my/queues"),
        (Rel.TITLE_STATES, "/my/states"),
        (Rel.RATINGS, "/my/ratings"),
        (Rel.RECOMMENDATIONS, "/my/likings"),
    )
    links = "".join(link(rel, path) for rel, path in ways)
    for number in range(USERS):
        mine: dict[str, Document] = {
            f"/users/{user(number)}": (
                f"<user><user_id>{user(number)}</user_id><first_name>N{number}</first_name>{links}</user>"
            ),
            "/my/queues": resource((Rel.INSTANT_QUEUE, "/my/queue")),
            "/my/ratings": resource((Rel.TITLE_RATINGS, "/my/stars")),
            "/my/queue": queue([entry(n) for n in FILMS[: number % 2 + 1]], str(number), {}),
            "/my/stars": about("ratings", lambda href, number=number: rating_of(href, predicted=number)),  # type: ignore[misc]
            "/my/likings": listing(
                "recommendations",
                f"<recommendation>{film(1)}<predicted_rating>{number}</predicted_rating></recommendation>",
                total=1,
            ),
            "/my/states": about(
                "title_states",
                lambda href, number=number: state_of(href, "In Queue" if number % 2 else "Play"),  # type: ignore[misc]
            ),
        }
        wire.personal.update(((f"token-of-{user(number)}", path), each) for path, each in mine.items())


def expected(number: int, query: int) -> Any:  # noqa: ANN401
    """Return what the subscriber *number* is to be told."""
    viewer = {"firstName": f"N{number}"}
    if query == 0:
        nodes = [{"position": n, "title": {"name": {"regular": f"F{n}"}}} for n in FILMS[: number % 2 + 1]]
        return {"viewer": {**viewer, "queue": {"etag": str(number), "items": {"nodes": nodes}}}}
    rating = {"viewerRating": {"predicted": float(number)}}
    if query == 1:
        shown = [{"name": {"regular": f"F{n}"}, **rating, "cast": [{"name": f"P{n}"}]} for n in FILMS]
        return {"titles": {"nodes": shown}}
    if query == 3:
        liked = {"predicted": float(number), "title": {"name": {"regular": "F1"}}}
        return {"viewer": {**viewer, "recommendations": {"nodes": [liked]}}}
    state = {"viewerState": [{"inQueue": number % 2 == 1}]}
    return {"viewer": viewer, "titles": {"nodes": [{**state, **rating}] * len(FILMS)}}


async def leaks(
    operations: int,
    authenticate: Callable[[HTTPConnection], Awaitable[Viewer | None]] = named,
    **settings: Any,  # noqa: ANN401
) -> list[tuple[int, Any]]:
    """Run *operations* of all subscribers, interleaved; return the wrong answers, and whose they are."""
    dice = random.Random(SEED)  # noqa: S311 - no secret
    wire = Wire()
    serve(wire)
    wire.latency = lambda: dice.randrange(20)
    wrong: list[tuple[int, Any]] = []
    # Whoever works takes the next operation, so that some always begin while others end.
    waiting = iter([(dice.randrange(USERS), dice.randrange(len(QUERIES))) for _ in range(operations)])

    async def work(graph: Graph) -> None:
        for number, query in waiting:
            for _ in range(dice.randrange(10)):
                await asyncio.sleep(0)
            body = await _answered(graph, number, query)
            if body != {"data": expected(number, query)}:
                wrong.append((number, body))

    async with gateway_over(wire, authenticate=authenticate, operation_timeout=60, **settings) as graph:
        await asyncio.gather(*(work(graph) for _ in range(TOGETHER)))
    assert _is_shared(wire)
    return wrong


async def _answered(graph: Graph, number: int, query: int) -> Any:  # noqa: ANN401
    """Ask until the gateway has room: a machine that is busy with other things may leave it none at first."""
    while True:
        body = await graph.post(QUERIES[query], None, {USER: user(number)})
        codes = {each["extensions"]["code"] for each in body.get("errors", ())}
        if not codes or codes - {"OVERLOADED", "RATE_LIMITED"}:
            return body
        await asyncio.sleep(0.1)


def _is_shared(wire: Wire) -> bool:
    """Tell whether entries of several subscribers travelled in one request, as they may."""
    users = ({each.partition("oauth_token=")[2] for each in one.addresses} for one in wire.received)
    return any(len(tokens - {""}) > 1 for tokens in users)


@pytest.fixture(params=["nothing", "memory", "redis"])
def kept(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return settings under which nothing is kept, or what was read is, by one node or on a server."""
    if request.param == "nothing":
        return {}
    if request.param == "memory":
        return {"cache_bytes": 64 * 1024 * 1024}
    return {"redis_url": request.getfixturevalue("redis_url"), "consumer_secret": token_hex(8)}


async def test_nothing_of_one_subscriber_reaches_another(kept: dict[str, Any]) -> None:
    """Operations of two hundred subscribers at the same addresses: each is told its own."""
    assert await leaks(700, **kept) == []


@pytest.mark.verify
async def test_nothing_of_one_subscriber_ever_reaches_another(kept: dict[str, Any]) -> None:
    """Twenty thousand operations: the same."""
    assert await leaks(20_000, **kept) == []


class _Anybody(Viewer):
    """A viewer whose keys do not say who it is: the defect that the tests above are there for."""

    @property
    def identity(self) -> Identity:
        return Identity("user")


async def _forget_who(request: HTTPConnection) -> Viewer | None:
    name = request.headers[USER]
    return _Anybody(name, Credentials(f"token-of-{name}", "word"))


async def test_the_user_in_the_key_is_what_keeps_them_apart(kept: dict[str, Any]) -> None:
    """Taken out of the keys, subscribers are told what is others': the test above would see it."""
    assert len(await leaks(200, _forget_who, **kept)) > 10
