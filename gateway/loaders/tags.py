"""Which states of queues were seen, so that an old one is not taken for the present (contract 1.12)."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Final

from gateway.resources import Href

DOUBTS: Final = 4
"""How often in a row an old tag is read until it is believed: then it was our order that was wrong."""

_REMEMBERED: Final = 8
_QUEUES: Final = 10_000


@dataclass(slots=True)
class _History:
    tags: deque[str] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    doubts: int = 0


class Tags:
    """Remembers the latest tags of the queues that were changed last, in the order in which they came."""

    def __init__(self) -> None:
        self._histories: OrderedDict[Href, _History] = OrderedDict()

    def believe(self, queue: Href, tag: str) -> bool:
        """Say whether *tag* can be that of *queue* now, and remember it then.

        That of an empty queue is always the same, and may come again; so may an old answer that has it.
        """
        history = self._history(queue)
        if tag in history.tags and tag != history.tags[-1]:
            history.doubts += 1
            if history.doubts < DOUBTS:
                return False
            history.tags.clear()
        self.remember(queue, tag)
        return True

    def remember(self, queue: Href, tag: str) -> None:
        """Take note that a change has made *tag* that of *queue*."""
        history = self._history(queue)
        history.doubts = 0
        if not history.tags or history.tags[-1] != tag:
            history.tags.append(tag)

    def _history(self, queue: Href) -> _History:
        history = self._histories.setdefault(queue, _History())
        self._histories.move_to_end(queue)
        if len(self._histories) > _QUEUES:
            self._histories.popitem(last=False)
        return history
