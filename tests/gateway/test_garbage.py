"""What Python's garbage collector looks at: what is new, and everything only where much may be garbage."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from gateway import garbage
from gateway.garbage import collected_after, rarely_collected


class Circle:
    """Something that only a collector finds when nobody needs it any longer."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.collect()
    gc.freeze()  # As all tests have it.


def test_what_outlives_a_collection_is_set_aside() -> None:
    """It is not looked at again; what nobody refers to goes away all the same."""
    kept = {}
    with rarely_collected():
        kept["circle"] = Circle()
        gc.collect()
        circle = weakref.ref(kept.pop("circle"))
        gc.collect()
        assert circle() is not None

    gc.collect()
    assert circle() is None


def test_everything_is_looked_at_when_much_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A circle that was in use when it was set aside is found in the end."""
    monkeypatch.setattr(garbage, "_MUCH", 1_000)
    monkeypatch.setattr(garbage, "_COUNT_EVERY", 2)
    with rarely_collected():
        kept = [Circle() for _ in range(2_000)]
        gc.collect()
        circles = [weakref.ref(each) for each in kept]
        del kept
        gc.collect()

        assert not any(each() for each in circles)


def test_everything_is_as_before_in_the_end() -> None:
    """Thresholds and all."""
    before = gc.get_threshold(), list(gc.callbacks)
    with rarely_collected():
        assert gc.get_threshold() != before[0]

    assert (gc.get_threshold(), gc.callbacks) == before


def test_work_that_makes_much_garbage_is_cleaned_up_after() -> None:
    """Nothing is collected in the middle of it, and all of it at once in the end."""
    with collected_after():
        assert not gc.isenabled()
        circle = weakref.ref(Circle())

    assert gc.isenabled()
    assert circle() is None
