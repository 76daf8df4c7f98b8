"""Titles with their facets and what belongs to them."""

from collections.abc import Mapping

import pytest
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import queries
from gateway.origin.records import Facet, TitleRecord
from tests.origin.data import shelf

pytestmark = pytest.mark.anyio

ALL = frozenset(Facet)


def _children(record: TitleRecord) -> Mapping[Facet, list[int]]:
    """Return the ids of what belongs to a title, without what it has nothing of."""
    ids = {facet: [child.title.id for child in below] for facet, below in record.children.items()}
    return {facet: children for facet, children in ids.items() if children}


async def test_titles_come_in_the_order_asked_for(session: AsyncSession) -> None:
    """An id that is asked for twice or does not exist changes nothing for the others."""
    found = await queries.titles(session, [shelf.TOTORO, 404, shelf.JAWS, shelf.TOTORO])

    assert [(key, record.title.name) for key, record in found.items()] == [
        (shelf.TOTORO, "My Neighbor Totoro"),
        (shelf.JAWS, "Jaws"),
    ]


async def test_a_title_comes_with_genres_ratings_and_its_place(session: AsyncSession) -> None:
    """What every document shows is loaded without being asked for."""
    found = await queries.titles(session, [shelf.JAWS, shelf.POLES])

    film, episode = found[shelf.JAWS].title, found[shelf.POLES].title
    assert [genre.label for genre in film.genres] == ["Thrillers", "Children & Family Movies"]
    assert [(rating.system, rating.label) for rating in film.ratings] == [("mpaa", "PG")]
    assert (film.parent, film.series) == (None, None)
    assert episode.parent is not None
    assert episode.series is not None
    assert (episode.parent.name, episode.series.name) == ("Planet Earth: Season 1", "Planet Earth")


async def test_what_was_not_asked_for_is_an_error(session: AsyncSession) -> None:
    """A query nobody wrote does not happen by accident."""
    found = await queries.titles(session, [shelf.JAWS])

    with pytest.raises(InvalidRequestError, match="lazy='raise'"):
        _ = found[shelf.JAWS].title.cast


FACETS = {
    shelf.JAWS: {
        Facet.BOX_ART,
        Facet.SYNOPSIS,
        Facet.CAST,
        Facet.DIRECTORS,
        Facet.AWARDS,
        Facet.FORMATS,
        Facet.SCREEN_FORMATS,
        Facet.LANGUAGES_AND_AUDIO,
        Facet.DISCS,
        Facet.BONUS_MATERIALS,
        Facet.SIMILARS,
    },
    shelf.TOTORO: {Facet.BOX_ART, Facet.SHORT_SYNOPSIS, Facet.FORMATS, Facet.SIMILARS},
    shelf.AMELIE: {Facet.BOX_ART, Facet.CAST, Facet.SIMILARS},
    shelf.EARTH: {
        Facet.BOX_ART,
        Facet.SYNOPSIS,
        Facet.FORMATS,
        Facet.SEASONS,
        Facet.EPISODES,
        Facet.DISCS,
        Facet.SIMILARS,
    },
    shelf.FIRST: {Facet.BOX_ART, Facet.EPISODES, Facet.DISCS},
    shelf.CAVES: {Facet.BOX_ART},
    shelf.EXTRAS: {Facet.BOX_ART},
}


async def test_a_title_has_the_facets_it_has_something_for(session: AsyncSession) -> None:
    """No link will lead to nothing."""
    found = await queries.titles(session, list(FACETS))

    assert {key: set(record.facets) for key, record in found.items()} == FACETS


async def test_the_facets_asked_for_are_loaded(session: AsyncSession) -> None:
    """Every relationship can be filled in, in its order."""
    film = (await queries.titles(session, [shelf.JAWS], load=ALL))[shelf.JAWS].title

    assert [person.name for person in film.cast] == ["Roy Scheider", "Robert Shaw"]
    assert [person.name for person in film.directors] == ["Steven Spielberg"]
    assert [(award.name, award.person and award.person.name) for award in film.awards] == [
        ("Best Film Editing", "Steven Spielberg")
    ]
    assert [(offer.format, offer.available_from) for offer in film.availability] == [("DVD", 100)]
    assert [shape.label for shape in film.screen_formats] == ["Widescreen 2.35:1"]
    assert [(track.language, track.audio) for track in film.languages] == [("English", None)]


async def test_a_title_met_before_can_be_asked_for_more(session: AsyncSession) -> None:
    """A second query in the same session fills in what the first left out."""
    await queries.titles(session, [shelf.JAWS])
    film = (await queries.titles(session, [shelf.JAWS], load=frozenset({Facet.CAST})))[shelf.JAWS].title

    assert [person.name for person in film.cast] == ["Roy Scheider", "Robert Shaw"]


CHILDREN = {
    shelf.JAWS: {
        Facet.DISCS: [shelf.EXTRAS],
        Facet.BONUS_MATERIALS: [shelf.EXTRAS],
        Facet.SIMILARS: [shelf.TOTORO],
    },
    shelf.EARTH: {
        Facet.SEASONS: [shelf.FIRST, shelf.SECOND],
        Facet.EPISODES: [shelf.CAVES, shelf.POLES, shelf.OCEANS],
        Facet.DISCS: [shelf.DISC_1, shelf.DISC_2],
    },
    shelf.FIRST: {Facet.EPISODES: [shelf.CAVES, shelf.POLES], Facet.DISCS: [shelf.DISC_1]},
    shelf.CAVES: {},
}


async def test_what_belongs_to_a_title_is_ordered_by_season_and_number(session: AsyncSession) -> None:
    """A series has the episodes and discs of all its seasons."""
    found = await queries.titles(session, list(CHILDREN), load=ALL)

    assert {key: _children(record) for key, record in found.items()} == CHILDREN


@pytest.mark.parametrize("facet", [Facet.SEASONS, Facet.EPISODES, Facet.DISCS, Facet.BONUS_MATERIALS])
async def test_children_are_the_same_one_by_one(session: AsyncSession, facet: Facet) -> None:
    """What belongs to a title does not depend on what else is asked for."""
    parents = [*CHILDREN, 404]
    together = await queries.child_ids(session, parents, facet)
    alone = {parent: (await queries.child_ids(session, [parent], facet))[parent] for parent in parents}

    assert together == alone
    assert alone == {parent: CHILDREN.get(parent, {}).get(facet, []) for parent in parents}


async def test_people_and_their_films(session: AsyncSession) -> None:
    """A filmography has each title once, the newest first."""
    everyone = [shelf.SPIELBERG, shelf.TAUTOU, 404]

    assert {key: who.name for key, who in (await queries.people(session, everyone)).items()} == {
        shelf.SPIELBERG: "Steven Spielberg",
        shelf.TAUTOU: "Audrey Tautou",
    }
    assert await queries.filmography_ids(session, everyone) == {
        shelf.SPIELBERG: [shelf.JAWS],
        shelf.TAUTOU: [shelf.AMELIE],
        404: [],
    }
