"""Five times as much is asked as a worker can do: it goes on with what it can, changes first.

The load is open: each request has its time, and its latency counts from then, whatever became of those
before. Gateway, origin and whoever asks are processes of their own; the gateway has one processor to itself,
all else the other: so what is read is held by the gateway, and changes alone go to the origin. All figures
are ratios of one run, but for the time of a refusal. What other processes kept the gateway and us from
computing is left out of all of them; on a machine that does nothing else it is hardly anything.

Under overload the mix of what is answered is another one. So what is searched and what is read cost about the
same here, and it is no gain to answer one in place of the other. Half of the requests come as browsers send
them, in one piece and with the page that they are from; half as most libraries do, the body behind the head.

``LOAD_SECONDS`` says how long the overload lasts: a minute by default.
"""

import gc
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import orjson
import pytest
import uvloop

from tests.load.client import Clients, Hit, Shot
from tests.load.processors import Stalls, apart, waited, worked
from tests.load.site import Site, site

pytestmark = pytest.mark.verify

SECONDS: Final = float(os.environ.get("LOAD_SECONDS", "60"))
OVERLOAD: Final = 5
SEARCH: Final = """query Search($word: String!) { titles(search: $word) { totalCount nodes {
    id name { regular } releaseYear synopsis cast { name bio } directors { name } } } }"""
READ: Final = """query Read($id: ID!) { node(id: $id) { id ... on Movie {
    name { regular } synopsis releaseYear cast { name bio }
    directors { name bio filmography(first: 5) { nodes { name { regular } } } }
    similars(first: 5) { nodes { id name { regular } cast { name } } } } } }"""
ADD: Final = """mutation Add($input: AddToQueueInput!) { addToQueue(input: $input) { __typename
    ... on QueueChanged { items { position } } } }"""
WORDS: Final = (
    "love",
    "man",
    "night",
    "day",
    "life",
    "king",
    "war",
    "girl",
    "last",
    "house",
    "story",
    "world",
)
SHARES: Final = {"search": 0.6, "read": 0.3985, "write": 0.0015}


PAGE: Final = "https://app.example"


def _request(
    query: str, variables: Mapping[str, object], token: str | None = None, *, is_by_browser: bool
) -> Sequence[bytes]:
    """Return the pieces of a request."""
    body = orjson.dumps({"query": query, "variables": variables})
    lines = ["POST /graphql HTTP/1.1", "host: gateway", "content-type: application/json"]
    lines += ["accept: application/json", f"content-length: {len(body)}"]
    lines += [f"authorization: Bearer {token}"] if token else []
    lines += [f"origin: {PAGE}"] if is_by_browser else []
    head = "\r\n".join([*lines, "", ""]).encode()
    return [head + body] if is_by_browser else [head, body]


@dataclass(slots=True)
class Mix:
    """What is asked: each request is another one, so that none is answered with another."""

    titles: Sequence[str]
    bearers: Sequence[str]
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311
    made: int = 0

    def shot(self, due: float = 0.0, kind: str | None = None) -> Shot:
        """Return a request of *kind*, or of any."""
        self.made += 1
        kind = kind or self.chance.choices(list(SHARES), list(SHARES.values()))[0]
        return Shot(due, kind, self._request(kind))

    def shots(self, rate: float, seconds: float) -> list[Shot]:
        """Return *rate* requests a second, at random times."""
        shots, due = [], self.chance.expovariate(rate)
        while due < seconds:
            shots.append(self.shot(due))
            due += self.chance.expovariate(rate)
        return shots

    def _request(self, kind: str) -> Sequence[bytes]:
        by_browser = self.made % 2 == 0
        match kind:
            case "search":
                asked = {"word": self.chance.choice(WORDS), "number": self.made}
                return _request(SEARCH, asked, is_by_browser=by_browser)
            case "read":
                asked = {"id": self.chance.choice(self.titles), "number": self.made}
                return _request(READ, asked, is_by_browser=by_browser)
        title = self.chance.choice(self.titles)
        change = {"kind": "DISC", "titleId": title, "clientMutationId": f"{os.getpid()}-{self.made}"}
        return _request(ADD, {"input": change}, self.chance.choice(self.bearers), is_by_browser=by_browser)


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of some load."""

    hits: Sequence[Hit]
    seconds: float
    """That the gateway had for it."""
    stalls: Stalls

    @property
    def answered(self) -> float:
        """Return how many requests were answered in a second."""
        return sum(hit.is_good for hit in self.hits) / self.seconds

    @property
    def told(self) -> str:
        """Return what to print of it."""
        kinds = ", ".join(f"{kind} {self.share_good(kind):.1%}" for kind in SHARES)
        return f"{len(self.hits) / self.seconds:.0f} a second: {self.answered:.0f} answered; {kinds}"

    def share_good(self, kind: str) -> float:
        """Return how many of *kind* were answered."""
        of_kind = [hit for hit in self.hits if hit.kind == kind]
        return sum(hit.is_good for hit in of_kind) / max(1, len(of_kind))

    def refused_within(self, share: float) -> float:
        """Return the seconds within which that *share* of the refusals came."""
        times = sorted(self._latency(hit) for hit in self.hits if hit.is_refused)
        return times[min(len(times) - 1, int(share * len(times)))] if times else 0.0

    def _latency(self, hit: Hit) -> float:
        return max(0.0, hit.ended - hit.due - self.stalls.between(hit.due, hit.ended))


class Trial:
    """Measures a site."""

    def __init__(self, place: Site, mix: Mix) -> None:
        address = urlsplit(place.gateway.url)
        self._clients = Clients(str(address.hostname), address.port or 80)
        self._pid = place.gateway.pid
        self._mix = mix

    async def costs(self) -> dict[str, float]:
        """Return the seconds that an answer of each kind costs of the gateway's processor."""
        costs = {}
        for kind in SHARES:
            before = worked(self._pid)
            hits = await self._clients.ask(lambda kind=kind: self._mix.shot(kind=kind), 3)  # type: ignore[misc]
            costs[kind] = (worked(self._pid) - before) / sum(hit.is_good for hit in hits)
        return costs

    async def peak(self, costs: Mapping[str, float]) -> Measured:
        """Return what comes of as much as the gateway can do."""
        about = 1 / sum(costs[kind] * share for kind, share in SHARES.items())
        found = [await self.under(share * about, 5) for share in (0.7, 0.8, 0.9, 1.0)]
        return max(found, key=lambda each: each.answered)

    async def under(self, rate: float, seconds: float) -> Measured:
        """Return what comes of *rate* requests a second."""
        shots = self._mix.shots(rate, seconds)
        stalls = Stalls([self._pid, os.getpid()])
        before, begun = waited(self._pid), time.monotonic()
        async with stalls.noted():
            hits = await self._clients.fire(shots)
        # Who is kept from computing is late with the last answers, too.
        return Measured(hits, time.monotonic() - begun - (waited(self._pid) - before), stalls)


@contextmanager
def _no_garbage_collected() -> Iterator[None]:
    """Keep who asks from pausing."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _warm(place: Site) -> list[str]:
    """Have everything that will be read held; return the films."""
    found = [place.ask(SEARCH, {"word": word})["titles"]["nodes"] for word in WORDS]
    titles = sorted({node["id"] for nodes in found for node in nodes})
    films = [title for title in titles if "cast" in str(place.ask(READ, {"id": title}))]
    assert len(films) > len(WORDS)
    return films


async def _measure(place: Site, mix: Mix) -> tuple[Mapping[str, float], Measured, Measured]:
    trial = Trial(place, mix)
    costs = await trial.costs()
    peak = await trial.peak(costs)
    return costs, peak, await trial.under(OVERLOAD * peak.answered, SECONDS)


def _tell(costs: Mapping[str, float], peak: Measured, overload: Measured) -> None:
    """Print the figures."""
    within = {share: f"{1000 * overload.refused_within(share):.1f} ms" for share in (0.5, 0.9, 0.99)}
    lines = {
        "costs": ", ".join(f"{kind} {1000 * cost:.2f} ms" for kind, cost in costs.items()),
        "peak": peak.told,
        f"{OVERLOAD} x": overload.told,
        "goodput": f"{overload.answered / peak.answered:.1%} of the peak",
        "refused within": ", ".join(f"{time} ({share:.0%})" for share, time in within.items()),
    }
    print("", *(f"{name}: {said}" for name, said in lines.items()), sep="\n  ")  # noqa: T201 - to be read


def test_five_times_too_much(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is answered stays, refusals come at once and say when to ask again, changes are all made (G12)."""
    with site(tmp_path, GATEWAY_ALLOWED_ORIGINS=PAGE) as place:
        mix = Mix(_warm(place), place.bearers())
        with apart(place.gateway.pid, [place.origin.pid]), _no_garbage_collected():
            costs, peak, overload = uvloop.run(_measure(place, mix))
    refusals = Counter((hit.status, hit.retry_after) for hit in overload.hits if not hit.is_good)
    with capsys.disabled():
        _tell(costs, peak, overload)

    assert overload.answered >= 0.9 * peak.answered
    assert overload.refused_within(0.99) <= 0.02
    assert set(refusals) == {(503, "1")}
    assert overload.share_good("write") >= 0.99
    assert overload.share_good("search") < 0.1 < overload.share_good("read")
