"""The links as data: one row a relationship. Pure.

The schema declares its fields from these rows, the loaders read them; nothing else knows how to get
from one thing to another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Final

from gateway import resources
from gateway.contract import Rel


class Yield(Enum):
    """What asking for a relationship by ``expand`` puts into the link (contract 1.9)."""

    NOTHING = auto()
    CONTENT = auto()
    """All of it: the same as the sub-resource holds."""
    LINKS = auto()
    """Links with a href and a name in place of the records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """How a list is paged: its greatest page."""

    largest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One row: from a resource, over a link relation, to what is found there."""

    rels: tuple[str, ...]
    """The link relations that lead there; the first that a document has is followed."""
    found: type[resources.Content]
    """What the address answers."""
    alias: str | None = None
    """Its name in ``expand``, without the ``@``."""
    expands_to: Yield = Yield.NOTHING
    is_personal: bool = False
    """Whether only its owner may see it."""
    family: str
    """What is slow or failing together, and learned about together."""
    fresh_for: timedelta = timedelta(hours=24)
    """How long an answer is as good as a new one, where the origin says nothing of it; zero is never kept."""
    stale_while_asking: timedelta = timedelta(hours=1)
    """How much longer it is still used, while it is asked for anew behind the answer."""
    stale_if_error: timedelta = timedelta(days=7)
    """How much longer it is used when the origin has no answer; what is personal never is."""
    paging: Paging | None = None
    """Null where the whole list comes at once."""
    typical_bytes: int = 2_000
    """The size of an answer before anything has been learned about it."""
    typical_length: float = 1
    """How many items are found there before anything has been learned about it."""
    most_titles: int = 0
    """How many titles it can be asked about at once, by ``title_refs``; 0 where none are named."""

    @property
    def label(self) -> str:
        """What to call it where people read of it."""
        return self.alias or (self.rels[0].rpartition("/")[2] if self.rels else self.family)

    @property
    def expanded_bytes(self) -> int:
        """How much this adds to an answer, for each resource in it inside one of whose links it stands."""
        return (
            self.typical_bytes if self.expands_to is Yield.CONTENT else int(self.typical_length * LINK_BYTES)
        )


LINK_BYTES: Final = 200
"""The size of a link that stands for a title or a person."""


def every() -> tuple[Relation, ...]:
    """Return all rows."""
    return tuple(row for row in globals().values() if isinstance(row, Relation))


SYNOPSIS: Final = Relation(
    rels=(Rel.SYNOPSIS,),
    found=resources.Text,
    alias="synopsis",
    expands_to=Yield.CONTENT,
    family="texts",
    typical_bytes=800,
)
SHORT_SYNOPSIS: Final = Relation(
    rels=(Rel.SHORT_SYNOPSIS,),
    found=resources.Text,
    alias="short_synopsis",
    expands_to=Yield.CONTENT,
    family="texts",
    typical_bytes=500,
)
BOX_ART: Final = Relation(
    rels=(Rel.BOX_ART,),
    found=resources.LinkList,
    alias="box_art",
    expands_to=Yield.CONTENT,
    family="texts",
    typical_bytes=2_500,
)
CAST: Final = Relation(
    rels=(Rel.CAST,),
    found=resources.People,
    alias="cast",
    expands_to=Yield.LINKS,
    family="people",
    typical_bytes=5_000,
    typical_length=8,
)
DIRECTORS: Final = Relation(
    rels=(Rel.DIRECTORS,),
    found=resources.People,
    alias="directors",
    expands_to=Yield.LINKS,
    family="people",
    typical_bytes=1_500,
    typical_length=1,
)
AWARDS: Final = Relation(
    rels=(Rel.AWARDS,),
    found=resources.Awards,
    alias="awards",
    expands_to=Yield.CONTENT,
    family="awards",
    typical_length=4,
)
FORMATS: Final = Relation(
    rels=(Rel.FORMATS,),
    found=resources.DeliveryFormats,
    alias="format_availability",
    expands_to=Yield.CONTENT,
    family="formats",
    fresh_for=timedelta(hours=6),
    typical_length=2,
)
SCREEN_FORMATS: Final = Relation(
    rels=(Rel.SCREEN_FORMATS,),
    found=resources.ScreenFormats,
    alias="screen_formats",
    expands_to=Yield.CONTENT,
    family="formats",
    typical_length=2,
)
LANGUAGES_AND_AUDIO: Final = Relation(
    rels=(Rel.LANGUAGES_AND_AUDIO,),
    found=resources.LanguagesAndAudio,
    alias="languages_and_audio",
    expands_to=Yield.CONTENT,
    family="formats",
    typical_length=3,
)
BONUS_MATERIALS: Final = Relation(
    rels=(Rel.BONUS_MATERIALS,),
    found=resources.LinkList,
    alias="bonus_materials",
    expands_to=Yield.CONTENT,
    family="titles",
    typical_length=2,
)
SIMILARS: Final = Relation(
    rels=(Rel.SIMILARS,),
    found=resources.Titles,
    alias="similars",
    expands_to=Yield.LINKS,
    family="similars",
    paging=Paging(largest=500),
    typical_bytes=60_000,
    typical_length=200,
)
SEASONS: Final = Relation(
    rels=(Rel.SEASONS,),
    found=resources.Titles,
    alias="seasons",
    expands_to=Yield.LINKS,
    family="titles",
    typical_bytes=8_000,
    typical_length=3,
)
EPISODES: Final = Relation(
    rels=(Rel.EPISODES,),
    found=resources.Titles,
    alias="episodes",
    expands_to=Yield.LINKS,
    family="titles",
    typical_bytes=25_000,
    typical_length=20,
)
DISCS: Final = Relation(
    rels=(Rel.DISCS,),
    found=resources.Titles,
    alias="discs",
    expands_to=Yield.LINKS,
    family="titles",
    typical_bytes=5_000,
    typical_length=3,
)
FILMOGRAPHY: Final = Relation(
    rels=(Rel.FILMOGRAPHY,),
    found=resources.Titles,
    alias="filmography",
    expands_to=Yield.LINKS,
    family="filmographies",
    paging=Paging(largest=500),
    typical_bytes=8_000,
    typical_length=5,
)
SERIES: Final = Relation(
    rels=(Rel.SERIES, Rel.PARENT_SERIES),
    found=resources.Title,
    family="titles",
    typical_bytes=3_000,
)
SEASON: Final = Relation(
    rels=(Rel.SEASON, Rel.PARENT_SEASON),
    found=resources.Title,
    family="titles",
    typical_bytes=3_000,
)
DISC_PARENT: Final = Relation(
    rels=(Rel.SEASON, Rel.PARENT_SEASON, Rel.SERIES, Rel.PARENT_SERIES, Rel.PARENT_MOVIE, Rel.PARENT_DISC),
    found=resources.Title,
    family="titles",
    typical_bytes=3_000,
)

# Where a query starts: no link leads here, the API's own pages give the address.
TITLE: Final = Relation(rels=(Rel.TITLE,), found=resources.Title, family="titles", typical_bytes=3_000)
PERSON: Final = Relation(rels=(Rel.PERSON,), found=resources.Person, family="people", typical_bytes=1_500)
SEARCH: Final = Relation(
    rels=(),
    found=resources.Titles,
    family="search",
    fresh_for=timedelta(hours=1),
    paging=Paging(largest=100),
    typical_bytes=80_000,
    typical_length=100,
)
SUGGESTIONS: Final = Relation(
    rels=(Rel.AUTOCOMPLETE,),
    found=resources.Suggestions,
    family="search",
    fresh_for=timedelta(hours=1),
    typical_length=10,
)
PEOPLE_SEARCH: Final = Relation(
    rels=(),
    found=resources.People,
    family="search",
    fresh_for=timedelta(hours=1),
    paging=Paging(largest=500),
    typical_bytes=20_000,
    typical_length=25,
)

EXPANDABLE: Final[Mapping[str, Relation]] = {
    relation.alias: relation
    for relation in (
        SYNOPSIS,
        SHORT_SYNOPSIS,
        BOX_ART,
        CAST,
        DIRECTORS,
        AWARDS,
        FORMATS,
        SCREEN_FORMATS,
        LANGUAGES_AND_AUDIO,
        BONUS_MATERIALS,
        SIMILARS,
        SEASONS,
        EPISODES,
        DISCS,
        FILMOGRAPHY,
    )
    if relation.alias
}
"""What ``expand`` can be asked for, by its name there."""

Parts = frozenset[str]
"""What is wanted inside the links of a resource, or of each item of a list: names of ``expand``."""

TYPICAL_PAGE: Final = 25
"""The number of items that a relation's ``typical_bytes`` speaks of."""


def predicted_bytes(relation: Relation, items: int, parts: Parts) -> int:
    """Return the likely size of *items* of *relation* (0 where it is no list) with *parts* in them."""
    bare = relation.typical_bytes * max(1, items // TYPICAL_PAGE)
    return bare + max(1, items) * sum(EXPANDABLE[part].expanded_bytes for part in parts)
