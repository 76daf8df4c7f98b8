"""The law: what a query costs is bounded by its depth, not by its width."""

from math import ceil
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.gateway.graph import Answer, gateway_over
from tests.gateway.loaders.reference import Reference, Selections, written
from tests.gateway.loaders.synthetic import WIDE, make_catalog, serve
from tests.gateway.wire import Entry, Wire
from tests.virtual_time import PATIENT

pytestmark = pytest.mark.anyio

SIZE = 3


@pytest.fixture
def anyio_backend() -> tuple[str, object]:
    """Measure no time: an origin that was slow once is asked in more requests than the law allows."""
    return PATIENT


def make_wire(random: Random) -> Wire:
    """Return an origin that takes its time, and answers a bulk in any order."""

    def shuffled(entries: list[Entry]) -> list[Entry]:
        return random.sample(entries, len(entries))

    wire = Wire()
    wire.latency = lambda: random.randrange(20)
    wire.tamper = shuffled
    return wire


def _settings(examples: int, *, are_same: bool = False) -> settings:
    """Draw *examples*, which may be the same each time: some are large, and not for every run."""
    slow = [HealthCheck.too_slow]
    return settings(max_examples=examples, derandomize=are_same, deadline=None, suppress_health_check=slow)


@given(seed=st.integers(0, 2**32))
@example(seed=9044)  # behind what was loaded before, a want came a turn too late for its level
@_settings(25, are_same=True)
async def test_requests_are_bounded_by_depth(seed: int) -> None:
    """A query is answered right, in no more requests than its levels need, and asks for nothing twice."""
    await _ask(seed)


@pytest.mark.verify
@given(seed=st.integers(0, 2**32))
@_settings(1_000)
async def test_requests_of_many_queries_are_bounded_by_depth(seed: int) -> None:
    """So is every one of a thousand queries."""
    await _ask(seed)


async def _ask(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - nothing secret
    catalog = make_catalog(random)
    picks = Selections(random, catalog).query()
    wire = make_wire(random)
    serve(catalog, wire)
    reference = Reference(catalog)
    data = reference.answer(picks)

    async with gateway_over(wire, limits=WIDE, bulk_limit=SIZE, expand_bytes=0) as graph:
        answer = await graph.ask(f"{{ {' '.join(map(written, picks))} }}")

    assert answer == Answer(data, {})
    fetched = sorted(target for carried in wire.targets for target in carried)
    assert fetched == sorted(target for level in reference.levels for target in level)
    assert len(wire.requests) <= sum(ceil(len(level) / SIZE) for level in reference.levels)
