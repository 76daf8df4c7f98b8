"""The rules of queues once more, as plainly as they can be said: what a queue is compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .program import (
    DELETED,
    DONE,
    PARTLY,
    QUEUED,
    SAVED,
    STALE,
    UNAVAILABLE,
    WRONG_FORMAT,
    Told,
)
from .shop import (
    AMELIE,
    BARE,
    BEN_HUR,
    BEN_HUR_1,
    BEN_HUR_2,
    DAY,
    DISC_1,
    DISC_2,
    DISC_3,
    FIREFLY,
    JAWS,
    NOW,
    SEASON,
    SOON,
    TOTORO,
    TRIANGLE,
)

ALWAYS = (0, 10**12)
SINCE_TOMORROW = (NOW + DAY, 10**12)
UNTIL_TOMORROW = (0, NOW + DAY)

Window = tuple[int, int]

DISCS: Mapping[int, Mapping[str, Window]] = {
    JAWS: {"DVD": ALWAYS, "Blu-ray": SINCE_TOMORROW},
    AMELIE: {"DVD": ALWAYS, "Blu-ray": ALWAYS},
    TOTORO: {"DVD": ALWAYS},
    TRIANGLE: {"DVD": SINCE_TOMORROW},
    BEN_HUR_1: {"DVD": ALWAYS},
    BEN_HUR_2: {"DVD": ALWAYS},
    DISC_1: {"DVD": ALWAYS, "Blu-ray": ALWAYS},
    DISC_2: {"DVD": ALWAYS, "Blu-ray": ALWAYS},
    DISC_3: {"DVD": (NOW + 2 * DAY, 10**12)},
    SOON: {},
    BARE: {},
}
INSTANT: Mapping[int, Mapping[str, Window]] = {
    JAWS: {"Instant": ALWAYS},
    TOTORO: {"Instant": ALWAYS},
    FIREFLY: {"Instant": ALWAYS},
    SEASON: {"Instant": ALWAYS},
    SOON: {"Instant": SINCE_TOMORROW},
    BARE: {"Instant": UNTIL_TOMORROW},
    AMELIE: {},
    DISC_1: {},
}
OFFERS = {"disc": DISCS, "instant": INSTANT}
SETS = {BEN_HUR: [BEN_HUR_1, BEN_HUR_2], FIREFLY: [DISC_1, DISC_2, DISC_3], SEASON: [DISC_1, DISC_2, DISC_3]}
PREFERRED = {"disc": ["Blu-ray", "DVD"], "instant": ["Instant"]}
TITLES = {"disc": [*DISCS, BEN_HUR, FIREFLY, SEASON], "instant": list(INSTANT)}

SET_FIXED: Told = (400, None, "Cannot move a series parent title")
MISSING: Told = (404, 610, "Title is not in Queue")
DUPLICATE: Told = (400, 710, "Duplicate title found")
REPLACED: Told = (200, None, "Queue replaced")
SAME: Told = (304, None, "Not modified")

Listed = tuple[int, str]
"""A title and its format."""


@dataclass
class Model:
    """One queue."""

    kind: str
    now: int = NOW
    available: list[Listed] = field(default_factory=list)
    saved: list[Listed] = field(default_factory=list)

    @property
    def content(self) -> tuple[tuple[Listed, ...], tuple[Listed, ...]]:
        """Return all that can change."""
        return tuple(self.available), tuple(self.saved)

    @property
    def order(self) -> tuple[list[int], list[int]]:
        """Return the titles, as the queue lists them: the saved ones by name."""
        return [title for title, _ in self.available], [title for title, _ in self.saved]

    def post(self, title: int, position: int | None, format_: str | None) -> Told:
        """Add or move a title."""
        parts = SETS.get(title, [title]) if self.kind == "disc" else [title]
        queued = [part for part in parts if self._find(part)]
        if len(queued) < len(parts):
            return self._add(parts, position, format_)
        if title in SETS and self.kind == "disc" and (position or format_):
            return SET_FIXED
        return self._change(parts[0], position, format_)

    def delete(self, state: str, title: int) -> Told:
        """Remove a title."""
        part: list[Listed] = getattr(self, state)
        found = [listed for listed in part if listed[0] == title]
        if not found:
            return MISSING
        part.remove(found[0])
        return DELETED

    def put(self, titles: Sequence[int]) -> Told:
        """Give the queue a new order."""
        if len(set(titles)) < len(titles):
            return DUPLICATE
        known = {title: (title, format_) for title, format_ in self.available}
        for title in titles:
            if title in [saved for saved, _ in self.saved]:
                return SAVED
            if title not in known:
                refusal = self._refusal(title, None)
                if refusal or self._choose(title, None)[1] != "now":
                    return refusal or UNAVAILABLE
        new = [known.get(title, (title, "Instant")) for title in titles]
        is_same = new == self.available
        self.available = new
        return SAME if is_same else REPLACED

    def sleep(self, now: int) -> None:
        """Let time pass: what comes is available, what goes is saved."""
        self.now = now
        opened = [listed for listed in self.saved if self._phase(*listed) == "now"]
        closed = [listed for listed in self.available if self._phase(*listed) != "now"]
        opened.sort(key=lambda listed: OFFERS[self.kind][listed[0]][listed[1]][0])
        self.available = [listed for listed in self.available if listed not in closed] + opened
        self.saved = [listed for listed in self.saved if listed not in opened] + closed

    def _add(self, parts: Sequence[int], position: int | None, format_: str | None) -> Told:
        new = [part for part in parts if not self._find(part)]
        refusals = [refusal for part in new if (refusal := self._refusal(part, format_))]
        if len(refusals) == len(new):
            return refusals[0]
        place = len(self.available) if position is None else min(position - 1, len(self.available))
        for part in new:
            if not self._refusal(part, format_):
                chosen, phase = self._choose(part, format_)
                if phase == "now":
                    self.available.insert(place, (part, chosen))
                    place += 1
                else:
                    self.saved.append((part, chosen))
        return PARTLY if refusals or len(new) < len(parts) else DONE

    def _change(self, title: int, position: int | None, format_: str | None) -> Told:
        (old,) = (listed for listed in [*self.available, *self.saved] if listed[0] == title)
        if format_ in (None, old[1]):
            if position is None:
                return QUEUED
            return SAVED if old in self.saved else self._place(old, old, position)
        if refusal := self._refusal(title, format_):
            return refusal
        chosen, phase = self._choose(title, format_)
        if phase == "now":
            return self._place(old, (title, chosen), position)
        return SAVED if position is not None else self._save(old, (title, chosen))

    def _save(self, old: Listed, new: Listed) -> Told:
        if old in self.saved:
            self.saved[self.saved.index(old)] = new
        else:
            self.available.remove(old)
            self.saved.append(new)
        return DONE

    def _place(self, old: Listed, new: Listed, position: int | None) -> Told:
        if old in self.saved:
            self.saved.remove(old)
            place = len(self.available)
        else:
            place = self.available.index(old)
            self.available.remove(old)
        self.available.insert(place if position is None else position - 1, new)
        return DONE

    def _find(self, title: int) -> bool:
        return title in [*self.order[0], *self.order[1]]

    def _phase(self, title: int, format_: str) -> str:
        opens, closes = OFFERS[self.kind][title][format_]
        if self.now < opens:
            return "later"
        return "now" if self.now < closes else "over"

    def _usable(self, title: int) -> list[str]:
        """Return the formats that can be queued: what is over at once is over."""
        offers = OFFERS[self.kind][title]
        return [name for name in offers if (name, self._phase(title, name)) != ("Instant", "over")]

    def _choose(self, title: int, format_: str | None) -> tuple[str, str]:
        wanted = [format_] if format_ else PREFERRED[self.kind]
        found = [(name, self._phase(title, name)) for name in wanted if name in self._usable(title)]
        return min(found, key=lambda pair: ("now", "later", "over").index(pair[1]))

    def _refusal(self, title: int, format_: str | None) -> Told | None:
        usable = self._usable(title)
        wanted = [format_] if format_ else PREFERRED[self.kind]
        if any(name in usable for name in wanted):
            return None
        return WRONG_FORMAT if usable or self._is_elsewhere(title) else UNAVAILABLE

    def _is_elsewhere(self, title: int) -> bool:
        others = {"disc": Model("instant", self.now), "instant": Model("disc", self.now)}
        other = others[self.kind]
        return title in OFFERS[other.kind] and bool(other._usable(title))  # noqa: SLF001 - its own class


__all__ = ["MISSING", "OFFERS", "STALE", "TITLES", "Model"]
