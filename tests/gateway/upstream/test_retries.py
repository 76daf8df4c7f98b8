"""How often, how soon, and of how much a read is tried again."""

import pytest

from gateway.upstream.retries import ATTEMPTS, RetryBudget, pause


def test_a_read_is_sent_three_times_at_most() -> None:
    """As it is written down."""
    assert ATTEMPTS == 3


@pytest.mark.parametrize(
    ("active", "most"), [(0, 3), (1, 3), (15, 3), (16, 4), (20, 4), (100, 20), (101, 21)]
)
def test_retries_are_a_share_of_what_is_under_way(active: int, most: int) -> None:
    """A fifth of it, and three however little it is; one more has to wait for another to end."""
    budget = RetryBudget()
    for _ in range(active):
        budget.begin()

    taken = [budget.take() for _ in range(most + 1)]
    budget.give_back()

    assert taken == [True] * most + [False]
    assert budget.take()


@pytest.mark.parametrize(("attempt", "longest"), [(1, 0.1), (2, 0.2), (5, 1.6), (6, 2.0), (60, 2.0)])
def test_pauses_are_longer_each_time_and_never_long(attempt: int, longest: float) -> None:
    """Anything up to twice as long as before, and two seconds at most: all do not come back at once."""
    pauses = [pause(attempt) for _ in range(1_000)]

    assert 0 <= min(pauses) < longest / 10
    assert longest * 0.9 < max(pauses) <= longest


def test_what_the_origin_says_of_it_counts() -> None:
    """Neither less nor more."""
    assert [pause(1, told) for told in (0.0, 7.0, 86_400.0)] == [0.0, 7.0, 86_400.0]
