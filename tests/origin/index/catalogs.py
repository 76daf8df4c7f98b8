"""Random catalogs: every kind of title, families, people, and facts that are there or not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from gateway.origin.catalog.facts import AwardFacts, OfferFacts, PersonFacts, TitleFacts
from gateway.origin.models import Kind, RatingSystem

FORMATS = ("instant", "DVD", "Blu-ray", "HD DVD")

_LEGAL = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), include_characters="\n\t<>&\"']")
_TEXT = st.text(_LEGAL, min_size=1, max_size=12)
_COUNT = st.integers(1, 9)
_YEAR = st.integers(1890, 2030)
_MOMENT = st.integers(0, 4_102_444_800)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Titles and their people."""

    people: Sequence[PersonFacts]
    titles: Sequence[TitleFacts]
    """A parent stands before its children."""


@st.composite
def offers(draw: st.DrawFn) -> OfferFacts:
    """Draw a format and its window."""
    begin, length = draw(st.none() | _MOMENT), draw(st.none() | st.integers(0, 10**8))
    return OfferFacts(
        format=draw(st.sampled_from(FORMATS)),
        available_from=begin,
        available_until=None if length is None else (begin or 0) + length,
        quality=draw(st.none() | st.sampled_from(("HD", "SD"))),
    )


@st.composite
def languages(draw: st.DrawFn) -> list[tuple[str, str, str | None]]:
    """Draw sound tracks; a language has audio formats, or is known by itself."""
    spoken = draw(st.lists(st.tuples(st.sampled_from(FORMATS), _TEXT), max_size=3, unique=True))
    tracks: list[tuple[str, str, str | None]] = []
    for format_, language in sorted(spoken):
        audio = draw(st.lists(_TEXT, max_size=2, unique=True))
        tracks += [(format_, language, one) for one in audio] or [(format_, language, None)]
    return tracks


@st.composite
def titles(draw: st.DrawFn, people: Sequence[int]) -> TitleFacts:
    """Draw the facts of a title, whatever it will be."""
    someone = st.sampled_from(people)
    credited = st.lists(someone, max_size=3, unique=True)
    name = draw(_TEXT)
    short = draw(st.none() | _TEXT)
    average = draw(st.none() | st.integers(10, 50))
    offered = draw(st.lists(offers(), max_size=3, unique_by=lambda offer: offer.format))
    formats = [offer.format for offer in offered] or ["none"]
    return TitleFacts(
        id=0,
        kind=Kind.MOVIE,
        name=name,
        short_name=None if short == name else short,
        release_year=draw(st.none() | _YEAR),
        runtime=draw(st.none() | st.integers(1, 20_000)),
        average_rating=None if average is None else average / 10,
        maturity_level=draw(st.none() | st.integers(0, 1_000_000)),
        synopsis=draw(st.none() | _TEXT),
        short_synopsis=draw(st.none() | _TEXT),
        official_url=draw(st.none() | _TEXT.map(lambda text: f"http://example.org/{text}")),
        ratings=draw(
            st.dictionaries(st.sampled_from(RatingSystem), _TEXT.filter(lambda text: text != "null"))
        ),
        genres=draw(st.lists(_TEXT, max_size=3, unique=True)),
        cast=draw(credited),
        directors=draw(credited),
        awards=draw(st.lists(awards(someone), max_size=2)),
        offers=offered,
        screen_formats=draw(st.lists(st.tuples(st.sampled_from(FORMATS), _TEXT), max_size=2)),
        languages=draw(languages()),
        # They stand within the formats that the title is to be had in.
        subtitles=draw(
            st.lists(st.tuples(st.sampled_from(formats), _TEXT), max_size=3 if offered else 0, unique=True)
        ),
        external_ids=draw(
            st.lists(st.tuples(st.sampled_from(("upc", "amg", "tms")), _TEXT), max_size=3, unique=True)
        ),
    )


def awards(someone: st.SearchStrategy[int]) -> st.SearchStrategy[AwardFacts]:
    """Draw an award for *someone*, or for nobody in particular."""
    return st.builds(
        AwardFacts,
        body=st.sampled_from(("academy_awards", "baftas", "afi")),
        name=_TEXT,
        year=st.none() | _YEAR,
        is_won=st.booleans(),
        person_id=st.none() | someone,
    )


_BELOW = {
    Kind.MOVIE: (Kind.DISC,),
    Kind.SERIES: (Kind.SEASON, Kind.PROGRAM, Kind.DISC),
    Kind.SEASON: (Kind.PROGRAM, Kind.DISC),
}


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    """Draw a catalog; the ids of parents may be above those of their children."""
    ids = draw(st.lists(st.integers(1, 2**31 - 1), min_size=12, max_size=12, unique=True))
    people = [
        PersonFacts(id=id_, name=draw(_TEXT))
        for id_ in draw(st.sets(st.integers(1, 10**9), min_size=1, max_size=4))
    ]
    known = [person.id for person in people]
    found: list[TitleFacts] = []
    for id_ in ids[: draw(st.integers(0, 12))]:
        facts = replace(draw(titles(known)), id=id_)
        parents = [one for one in found if one.kind in _BELOW]
        parent = draw(st.none() | st.sampled_from(parents)) if parents else None
        found.append(_main(draw, facts) if parent is None else _below(draw, facts, parent))
    return Catalog(people, found)


def _main(draw: st.DrawFn, facts: TitleFacts) -> TitleFacts:
    return replace(facts, kind=draw(st.sampled_from((Kind.MOVIE, Kind.SERIES))))


def _below(draw: st.DrawFn, facts: TitleFacts, parent: TitleFacts) -> TitleFacts:
    kind = draw(st.sampled_from(_BELOW[parent.kind]))
    return replace(
        facts,
        kind=kind,
        parent_id=parent.id,
        series_id=parent.id if parent.kind is Kind.SERIES else parent.series_id,
        number=draw(st.none() | _COUNT),
        is_bonus=kind is Kind.DISC and draw(st.booleans()),
    )
