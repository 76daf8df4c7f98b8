"""How calls are counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.origin.quota.meter import DAY, Allowance, Meter, OverLimit

NOON = 20_000 * DAY + DAY // 2


def _meter(calls: int = 0) -> Meter:
    meter = Meter()
    meter.learn({"key": calls}, NOON)
    return meter


def _refused(meter: Meter, allowance: Allowance, now: float) -> str | None:
    try:
        meter.take("key", allowance, now)
    except OverLimit as refusal:
        return refusal.message
    return None


def test_a_burst_is_one_seconds_allowance() -> None:
    """Four calls at once pass, the fifth does not; a quarter of a second later one more does."""
    meter, four = _meter(), Allowance(4, None)

    burst = [_refused(meter, four, NOON) for _ in range(5)]
    later = [_refused(meter, four, NOON + 0.25) for _ in range(2)]

    over = "Service is over queries per second limit"
    assert burst == [None, None, None, None, over]
    assert later == [None, over]


def test_a_day_ends_at_midnight_in_utc() -> None:
    """The last call of a day passes, the next is told when the day ends; tomorrow is another day."""
    meter, five = _meter(calls=4), Allowance(None, 5)

    today = [_refused(meter, five, NOON) for _ in range(2)]
    with pytest.raises(OverLimit) as refused:
        meter.take("key", five, NOON)
    unknown = meter.unknown({"key"}, NOON + DAY)
    meter.learn({"key": 0}, NOON + DAY)

    assert today == [None, "Over queries per day limit"]
    assert refused.value.headers["retry-after"] == str(DAY // 2)
    assert refused.value.headers["x-mashery-error-code"] == "ERR_403_DEVELOPER_OVER_QPD"
    assert unknown == {"key"}
    assert _refused(meter, five, NOON + DAY) is None


def test_what_is_refused_does_not_count() -> None:
    """Only calls that passed are saved."""
    meter = _meter()
    for _ in range(9):
        _refused(meter, Allowance(4, None), NOON)

    assert meter.unsaved() == {("key", NOON // DAY): 4}
    assert meter.unsaved() == {}


def test_other_nodes_calls_count_too() -> None:
    """What all nodes have saved replaces what one knows, but for what it has not saved itself."""
    meter, ten = _meter(), Allowance(None, 10)
    meter.take("key", ten, NOON)
    meter.unsaved()
    meter.take("key", ten, NOON)
    meter.correct({("key", NOON // DAY): 8})

    assert [_refused(meter, ten, NOON) for _ in range(2)] == [None, "Over queries per day limit"]


@given(st.lists(st.floats(0, 3), max_size=80), st.integers(1, 9))
def test_no_second_lets_more_through_than_twice_the_allowance(gaps: list[float], rate: int) -> None:
    """In any second at most a full bucket and what is earned meanwhile pass."""
    meter, now, passed = _meter(), float(NOON), list[float]()
    for gap in gaps:
        now += gap / 10
        if _refused(meter, Allowance(rate, None), now) is None:
            passed.append(now)

    busiest = max((sum(moment <= other < moment + 1 for other in passed) for moment in passed), default=0)
    assert busiest <= 2 * rate
