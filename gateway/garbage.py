"""Keeps Python's garbage collector from looking again and again at what is not garbage.

Nobody is answered while it looks. A full collection of all modules, schemas, documents and representations
takes up to half a second, and Python has one whenever a quarter of them is new. So what has outlived a
collection is set aside ("frozen"): it goes away when nobody refers to it any longer, as nearly everything
does. What was in use just then, and is in a circle, stays; so everything is looked at when much has been set
aside.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_COLLECT_AFTER: Final = (2_000, 3, 10)
"""New objects, and collections of the generation below, after which garbage is collected."""
_DONE_BEFORE: Final = 5
"""Pieces of work that make much garbage, after which what is left of them is set aside."""
_MUCH: Final = 300_000
"""Objects set aside since all was looked at, some 30 MB; there may be more until they are counted."""
_COUNT_EVERY: Final = 200
"""Collections from one count of what is set aside to the next: counting takes some 20 ms, too."""


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Set aside what there is now, and meanwhile what outlives a collection."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    aside = _Aside()
    gc.callbacks.append(aside.note)
    gc.set_threshold(*_COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(aside.note)
        gc.unfreeze()


@contextmanager
def collected_after() -> Iterator[None]:
    """Have no garbage collected meanwhile, and all that is new afterwards: for work that makes much of it.

    What is looked at in the middle of such work grows old, and is looked at only with everything else.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect(2 if gc.get_count()[2] >= _DONE_BEFORE else 1)


class _Aside:
    """What is set aside."""

    def __init__(self) -> None:
        self._most = gc.get_freeze_count() + _MUCH
        self._collections = 0
        self._is_all = False
        """Whether everything is being looked at."""

    def note(self, phase: str, about: dict[str, int]) -> None:
        """Take note that a collection begins or ends, as Python tells it."""
        if about["generation"] < len(_COLLECT_AFTER) - 1:
            return
        if phase == "start":
            self._collections += 1
            self._is_all = self._collections % _COUNT_EVERY == 0 and gc.get_freeze_count() > self._most
            if self._is_all:
                gc.unfreeze()
            return
        gc.freeze()
        if self._is_all:
            self._most = gc.get_freeze_count() + _MUCH
