"""Titles as queues see them: what they are, and in which formats they are to be had. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from gateway.origin.models import Kind
from gateway.origin.queues.offers import DISC_FORMATS, INSTANT, Offer, Offers
from gateway.origin.records import TitleReference


@dataclass(frozen=True, slots=True)
class Candidate:
    """A title that may be put into a queue."""

    reference: TitleReference
    sort_name: str = ""
    parents: tuple[int, ...] = ()
    """What it is a part of, the nearest first."""
    is_bonus: bool = False
    runtime: int | None = None
    offers: Offers = field(default_factory=dict)

    @property
    def id(self) -> int:
        """Return the id of the title."""
        return self.reference.id


_MEDIA: Final = ((INSTANT,), DISC_FORMATS)
_WITHOUT: Final[Mapping[Kind, tuple[str, ...]]] = {Kind.DISC: (INSTANT,), Kind.PROGRAM: DISC_FORMATS}
"""Discs are not played from afar, and episodes are not sent one by one."""


def with_offers(title: Candidate, stated: Mapping[int, Offers]) -> Candidate:
    """Fill in the formats: those of discs, and the instant one, each as the nearest says who says any."""
    offers: dict[str, Offer] = {}
    for medium in _MEDIA:
        for owner in (title.id, *title.parents):
            found = {name: offer for name, offer in stated.get(owner, {}).items() if name in medium}
            if found:
                offers.update(found)
                break
    hidden = _WITHOUT.get(title.reference.kind, ())
    return replace(title, offers={name: offer for name, offer in offers.items() if name not in hidden})
