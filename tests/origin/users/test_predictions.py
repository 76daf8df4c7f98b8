"""Predicted ratings and recommendations: what they go on, what they cost, and that they are right."""

import random
from collections.abc import Iterable, Sequence
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.origin.database import Database
from gateway.origin.models import Base
from gateway.origin.ratings.formula import (
    HIGHEST,
    LOWEST,
    MOST_NEIGHBOURS,
    Manner,
    Shared,
    Tally,
    Work,
    baseline,
    estimate,
    nearest,
)
from gateway.origin.ratings.predictions import predict
from tests.origin.data.counting import statements

from .camps import add_camps, fill
from .household import (
    AMELIE,
    ANN,
    BEN,
    CAVES,
    CLEO,
    DISC_2,
    EARTH,
    EXTRAS,
    JAWS,
    OCEANS,
    SECOND,
    numbered,
    rating,
    subscriber,
)

anyio = pytest.mark.anyio

NUMBERS = st.floats(-5, 5)


@given(NUMBERS, NUMBERS, NUMBERS, st.lists(st.tuples(st.floats(0.01, 1), NUMBERS), max_size=50))
def test_a_prediction_is_a_rating(
    base: float, liking: float, offset: float, others: Sequence[tuple[float, float]]
) -> None:
    """Whatever it goes on, it lies from one to five and has one digit."""
    predicted = estimate(base, liking, offset, others)

    assert LOWEST <= predicted <= HIGHEST
    assert predicted == round(predicted, 1)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=3, max_size=60))
def test_likeness_is_the_correlation_with_doubt(pairs: Sequence[tuple[int, int]]) -> None:
    """Sums give the very correlation that the numbers have, less where they are few."""
    ones, others = [one for one, _ in pairs], [other for _, other in pairs]
    shared = Shared(
        len(pairs),
        sum(ones),
        sum(others),
        sum(one * other for one, other in pairs),
        sum(one * one for one in ones),
        sum(other * other for other in others),
    )

    assert shared.weight() == pytest.approx(_correlation(ones, others) * len(pairs) / (len(pairs) + 10))


def _correlation(ones: Sequence[int], others: Sequence[int]) -> float:
    mean, other_mean = sum(ones) / len(ones), sum(others) / len(others)
    spread = sqrt(sum((n - mean) ** 2 for n in ones) * sum((n - other_mean) ** 2 for n in others))
    if not spread:
        return 0.0
    return sum((a - mean) * (b - other_mean) for a, b in zip(ones, others, strict=True)) / spread


def test_what_others_think_replaces_the_taste() -> None:
    """The more alike the others, the nearer the prediction comes to what they gave."""
    assert estimate(3.0, 0.5, 0.1, []) == 3.6
    assert estimate(3.0, 0.5, 0.1, [(1.0, 1.5)]) == 4.1
    assert estimate(3.0, 0.5, 0.1, [(1.0, 1.5), (2.0, -1.5)]) == 2.9
    assert estimate(3.0, 0.5, 0.1, [(99.0, -1.0)]) == 2.1


def test_opposites_are_no_neighbours() -> None:
    """Who loves what the other hates tells nothing, and neither does who gives everything the same."""
    assert nearest({"z": Shared(10, 30, 30, 80, 100, 100), "y": Shared(10, 30, 30, 90, 100, 90)}) == {}


def test_only_the_nearest_count() -> None:
    """Who is most alike comes first, and those beyond the limit are left out."""
    alike = {f"u{n:02d}": Shared(10 + n, 30, 30, 100, 100, 100) for n in range(MOST_NEIGHBOURS + 5)}
    near = nearest(alike)

    assert list(near) == sorted(alike, key=lambda who: (-alike[who].weight(), who))[:MOST_NEIGHBOURS]


def test_a_title_without_an_average_is_what_its_ratings_and_genres_say() -> None:
    """The average of its documents goes first, then its few ratings drawn to what its genres are like."""
    averages = {1: 4.0, 2: 3.0}

    assert baseline(Work(4.7, [1], Tally(3, 3)), averages) == 4.7
    assert baseline(Work(None, [1, 2, 9]), averages) == 3.5
    assert baseline(Work(None, [1], Tally(5, 5)), averages) == 2.5
    assert baseline(Work(None, [9]), averages) == 3.5


def test_a_taste_is_what_a_genre_gets_more() -> None:
    """Who gives more everywhere is generous; only what a genre gets beyond that is a liking."""
    generous = Manner.of(Tally(20, 20.0), {1: Tally(20, 20.0)})
    fond = Manner.of(Tally(20, 0.0), {1: Tally(10, 10.0), 2: Tally(10, -10.0)})

    assert [generous.offset, generous.liking([1])] == pytest.approx([0.8, 0.16])
    likings = [fond.liking(genres) for genres in ([1], [2], [1, 2], [3], [])]
    assert likings == pytest.approx([2 / 3, -2 / 3, 0, 0, 0])


@anyio
async def test_two_camps_are_told_apart(database: Database) -> None:
    """Where half love what the other half hates, a few ratings tell to which half somebody belongs."""
    await add_camps(database)

    async with database.read() as session:
        predicted = await predict(session, {ANN: range(1041, 1061), BEN: range(1041, 1061)})

    assert all(predicted[ANN][title] > 4 for title in range(1041, 1061, 2))
    assert all(predicted[ANN][title] < 2.5 for title in range(1042, 1061, 2))
    assert all(
        predicted[BEN][title] == pytest.approx(6 - predicted[ANN][title], abs=0.7) for title in predicted[BEN]
    )


@anyio
async def test_predictions_are_better_than_averages(database: Database) -> None:
    """On ratings kept back, the error is smaller than that of each title's mean."""
    dice = random.Random(7)  # noqa: S311 - a test's own
    tastes = {f"T1r{n}-": [dice.gauss(0, 1.2) for _ in range(3)] for n in range(60)}
    kept: dict[tuple[str, int], int] = {}
    rows: list[Base] = [subscriber(who) for who in tastes]
    known: dict[int, list[int]] = {}
    for who, taste in tastes.items():
        for n in dice.sample(range(1, 61), 40):
            value = min(max(round(3.4 + taste[n % 3] + dice.gauss(0, 0.5)), 1), 5)
            if dice.random() < 0.2:
                kept[who, 1000 + n] = value
            else:
                known.setdefault(1000 + n, []).append(value)
                rows.append(rating(who, 1000 + n, value))
    await fill(database, [*numbered(60), *rows])

    wanted: dict[str, list[int]] = {}
    for who, title in kept:
        wanted.setdefault(who, []).append(title)
    async with database.read() as session:
        predicted = await predict(session, wanted)

    error = _error((predicted[who][title], value) for (who, title), value in kept.items())
    naive = _error((sum(known[title]) / len(known[title]), value) for (_, title), value in kept.items())
    assert error < 0.75 * naive


def _error(pairs: Iterable[tuple[float, int]]) -> float:
    squares = [(predicted - value) ** 2 for predicted, value in pairs]
    return sqrt(sum(squares) / len(squares))


@anyio
async def test_a_part_is_rated_as_its_whole(database: Database) -> None:
    """Seasons, episodes and discs of a series have its prediction, and discs of a film the film's."""
    async with database.read() as session:
        predicted = await predict(session, {ANN: [EARTH, SECOND, CAVES, OCEANS, DISC_2, JAWS, EXTRAS, 999]})

    assert len({predicted[ANN][title] for title in (EARTH, SECOND, CAVES, OCEANS, DISC_2)}) == 1
    assert predicted[ANN][EXTRAS] == predicted[ANN][JAWS]
    assert 999 not in predicted[ANN]


@anyio
async def test_company_changes_no_prediction(database: Database) -> None:
    """The same comes out again, and whoever else is asked for at the same time."""
    await add_camps(database)
    async with database.read() as session:
        alone = await predict(session, {ANN: [1041, JAWS]})
        again = await predict(session, {BEN: range(1001, 1061), ANN: [JAWS, 1041], CLEO: [AMELIE]})

    assert dict(alone[ANN]) == dict(again[ANN])


@anyio
async def test_predictions_cost_the_same_for_one_and_for_many(database: Database) -> None:
    """Thirty subscribers and sixty titles take as many statements as one of each."""
    await add_camps(database)
    everyone = [f"T1camp{n}-" for n in range(30)]
    async with database.read() as session:
        with statements(session) as one:
            await predict(session, {ANN: [1041]})
        with statements(session) as many:
            await predict(session, {who: range(1001, 1061) for who in everyone})

    assert len(many) == len(one) == 9
