"""What one user may take of a worker."""

from contextlib import ExitStack

import pytest

from gateway.edge.request import Refusal
from gateway.edge.shares import SEARCHES_A_SECOND, SEARCHES_AT_ONCE, Shares


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_user_has_so_many_operations_under_way() -> None:
    """One more is refused with the limit and the value; others are not touched, and nothing is lost."""
    shares = Shares(3)
    with ExitStack() as under_way:
        for _ in range(3):
            under_way.enter_context(shares.taken("ann", 0))
        with pytest.raises(Refusal) as refusal, shares.taken("ann", 0):
            pass
        with shares.taken("bob", 0):
            pass
    with shares.taken("ann", 0):
        pass

    assert (refusal.value.status_code, refusal.value.code) == (429, "RATE_LIMITED")
    assert "at most 3, not 4" in refusal.value.detail


def test_searches_count_one_by_one() -> None:
    """Ten searches in one operation are as much as ten operations (T20)."""
    shares = Shares(10)
    with (
        shares.taken("ann", 8),
        shares.taken("ann", 2),
        pytest.raises(Refusal, match="at most 10, not 11"),
        shares.taken("ann", 1),
    ):
        pass


def test_searches_have_a_rate() -> None:
    """So many at once, then so many a second, however they are packed; reads are not counted."""
    clock = _Clock()
    shares = Shares(20, clock=clock)

    def search(count: int) -> float:
        """Search; return the seconds to wait first."""
        try:
            with shares.taken("ann", count):
                return 0.0
        except Refusal as refusal:
            return float((refusal.headers or {})["retry-after"])

    assert [search(20) for _ in range(SEARCHES_AT_ONCE // 20)] == [0.0] * (SEARCHES_AT_ONCE // 20)
    assert (search(20), search(0)) == (2.0, 0.0)
    clock.now += 1.0
    assert search(SEARCHES_A_SECOND) == 0.0
    assert search(1) == 1.0
