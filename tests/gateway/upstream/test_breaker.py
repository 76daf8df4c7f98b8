"""When an origin is left alone, and when it is tried again."""

import pytest

from gateway.upstream.breaker import Breaker, Tripping


class Clock:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def _after(*outcomes: bool) -> Breaker:
    breaker = Breaker(Clock())
    for well in outcomes:
        breaker.went(well=well)
    return breaker


def test_when_it_opens_is_as_written_down() -> None:
    """Twenty requests in ten seconds, half of them failed; then five seconds, and ten probes."""
    assert Tripping() == Tripping(window=10.0, fewest=20, share=0.5, open_for=5.0, probes=10)


@pytest.mark.parametrize(("failed", "well", "is_open"), [(19, 0, False), (20, 0, True), (21, 0, True)])
def test_few_requests_say_nothing(failed: int, well: int, is_open: bool) -> None:  # noqa: FBT001 - a parameter
    """Nothing is concluded from nineteen."""
    assert _after(*[True] * well, *[False] * failed).is_open == is_open


@pytest.mark.parametrize(("failed", "is_open"), [(9, False), (10, True), (11, True)])
def test_half_of_them_is_too_much(failed: int, is_open: bool) -> None:  # noqa: FBT001 - a parameter
    """Of twenty, nine may fail."""
    assert _after(*[True] * (20 - failed), *[False] * failed).is_open == is_open


@pytest.mark.parametrize(("seconds", "is_open"), [(9.9, True), (10.0, True), (10.1, False)])
def test_what_was_long_ago_does_not_count(seconds: float, is_open: bool) -> None:  # noqa: FBT001 - a parameter
    """Ten seconds are looked back upon."""
    clock = Clock()
    breaker = Breaker(clock)
    breaker.went(well=False)
    clock.now = seconds
    for _ in range(19):
        breaker.went(well=False)

    assert breaker.is_open == is_open


def test_it_is_left_alone_and_then_probed() -> None:
    """Nothing is sent for five seconds, ten probes after that, and everything once one went well."""
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(20):
        breaker.went(well=False)
    admitted = []
    for clock.now in (0.0, 4.9, 5.0):
        admitted.append([breaker.admit() for _ in range(11)])
    breaker.went(well=True)

    assert admitted == [[False] * 11, [False] * 11, [True] * 10 + [False]]
    assert all(breaker.admit() for _ in range(100))


def test_a_probe_that_fails_begins_the_wait_anew() -> None:
    """It is as long as the first one."""
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(20):
        breaker.went(well=False)
    clock.now = 5.0
    assert breaker.admit()
    breaker.went(well=False)
    clock.now = 9.9
    early = breaker.admit()
    clock.now = 10.0

    assert (early, breaker.admit()) == (False, True)
