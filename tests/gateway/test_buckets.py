"""Buckets that leak."""

import pytest

from gateway import buckets
from gateway.buckets import Buckets


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_takes_what_it_holds_and_what_has_leaked() -> None:
    """What is too much is told and not put in; each has a bucket of their own."""
    clock = _Clock()
    these = Buckets(10, 2, clock=clock)

    assert [these.fill("a", 8), these.fill("a", 3), these.fill("a", 2), these.fill("b", 10)] == [0, 1, 0, 0]
    clock.now = 3.0
    assert [these.fill("a", 7), these.fill("a", 6)] == [1, 0]


def test_whoever_did_least_recently_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, so many are remembered."""
    monkeypatch.setattr(buckets, "_MOST", 2)
    these = Buckets(1, 0, clock=_Clock())

    # Of three, b did least recently when the third came, and begins anew.
    assert [these.fill(name, 1) for name in ("a", "b", "a", "c", "a", "b")] == [0, 0, 1, 0, 1, 0]
