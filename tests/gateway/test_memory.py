"""Memory that nobody uses any more goes back to the system."""

import gc
import weakref
from pathlib import Path

import pytest
from starlette.applications import Starlette

from gateway import serving
from gateway.memory import give_back

MIB = 1024 * 1024


def _resident() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="nothing tells how much there is")
def test_what_is_free_is_given_back() -> None:
    """What is freed below something that is still used does not stay."""
    before = _resident()
    kept = [bytes(4_096) for _ in range(10_000)]
    del kept[:-1]
    give_back()

    assert _resident() - before < 10 * MIB
    assert len(kept) == 1


class _Circle:
    """Garbage as soon as nobody else refers to it."""

    def __init__(self) -> None:
        self.itself = self


def test_everything_that_is_new_is_looked_at() -> None:
    """What has grown old goes, too."""
    circle = _Circle()
    seen = weakref.ref(circle)
    gc.collect(1)
    assert any(each is circle for each in gc.get_objects(generation=2))
    del circle

    give_back()

    assert seen() is None


@pytest.mark.anyio
async def test_a_server_gives_back_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every ten seconds: it has ten ticks a second."""
    given: list[int] = []
    server = serving.Server(Starlette())
    for tick in range(201):
        monkeypatch.setattr(serving, "give_back", lambda tick=tick: given.append(tick))
        await server.on_tick(tick)

    assert given == [100, 200]
