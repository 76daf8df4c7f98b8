"""When an origin is left alone, and when it is tried again."""

import pytest

from gateway.telemetry.events import BreakerTurned, Event
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
    """Twenty calls in ten seconds, half of them failed; then five seconds, and ten probes in five."""
    assert Tripping() == Tripping(window=10.0, fewest=20, share=0.5, open_for=5.0, probes=10)


@pytest.mark.parametrize(("failed", "well", "is_open"), [(19, 0, False), (20, 0, True), (21, 0, True)])
def test_few_requests_say_nothing(failed: int, well: int, is_open: bool) -> None:  # noqa: FBT001 - a parameter
    """Nothing is concluded from nineteen."""
    assert _after(*[True] * well, *[False] * failed).is_open == is_open


@pytest.mark.parametrize(("failed", "is_open"), [(9, False), (10, True), (11, True)])
def test_half_of_them_is_too_much(failed: int, is_open: bool) -> None:  # noqa: FBT001 - a parameter
    """Of twenty, nine may fail."""
    assert _after(*[True] * (20 - failed), *[False] * failed).is_open == is_open


@pytest.mark.parametrize(
    ("requests", "calls", "is_open"), [(2, 200, False), (3, 200, True), (6, 3, False), (7, 3, True)]
)
def test_a_request_counts_as_its_calls(requests: int, calls: int, is_open: bool) -> None:  # noqa: FBT001 - likewise
    """As eight at most: a large one that fails opens nothing, and neither do two."""
    breaker = Breaker(Clock())
    for _ in range(requests):
        breaker.went(well=False, calls=calls)

    assert breaker.is_open == is_open


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


def _opened() -> tuple[Breaker, Clock, list[Event]]:
    clock, events = Clock(), list[Event]()
    breaker = Breaker(clock, observer=events.append)
    for _ in range(20):
        breaker.went(well=False)
    return breaker, clock, events


def test_it_is_left_alone_and_then_probed() -> None:
    """Nothing is sent for five seconds, then a probe every half, and everything once one went well."""
    breaker, clock, events = _opened()
    admitted = []
    for clock.now in (0.0, 4.9, 5.0, 5.4, 5.5):
        admitted.append([breaker.admit() for _ in range(3)])
    breaker.went(well=True)

    none, one = [False] * 3, [True, False, False]
    assert admitted == [none, none, one, none, one]
    assert all(breaker.admit() for _ in range(100))
    assert events == [BreakerTurned(state) for state in ("open", "half-open", "closed")]


def test_a_probe_that_fails_holds_up_nobody() -> None:
    """Whether the origin is back is found out as soon as without it."""
    breaker, clock, events = _opened()
    admitted = []
    for clock.now in (5.0, 5.4, 5.5):
        admitted.append(breaker.admit())
        breaker.went(well=False)

    assert admitted == [True, False, True]
    assert breaker.is_open
    assert events == [BreakerTurned(state) for state in ("open", "half-open")]


def test_probes_that_get_no_answer_are_bounded() -> None:
    """Ten may be under way; one that comes to an end makes room."""
    breaker, clock, _ = _opened()
    admitted = 0
    for half in range(10, 60):
        clock.now = half / 2
        admitted += breaker.admit()
    breaker.went(well=False)

    assert admitted == 10
    assert [breaker.admit(), breaker.admit()] == [True, False]


def test_what_was_sent_before_says_nothing() -> None:
    """Only a probe can tell that the origin is back."""
    breaker, _, _ = _opened()
    breaker.went(well=True)

    assert breaker.is_open
