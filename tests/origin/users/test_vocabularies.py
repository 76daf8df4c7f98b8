"""Category schemes as addresses, and the lists made for a subscriber."""

import pytest

from gateway.origin.database import Database
from gateway.origin.models import Genre, TitleGenre

from .asking import Asking, ids, root, told
from .household import AMELIE, BASE, BEN, FAMILY, JAWS, ROMANCE, THRILLERS, TOTORO, numbered, put, rating

pytestmark = pytest.mark.anyio

_OTHERS = ("rental_states", "queue_availability", "title_states", "subtitle_languages", "container_formats")
_USED = (
    *("title_formats", "award_types", "screen_formats", "title_video_formats", "languages", "audio"),
    *("genres", "mpaa_ratings", "tv_ratings", "ca_movie_ratings", "video_formats", "audio_formats"),
)
NOT_FOUND = (404, None, "Resource not found")


@pytest.mark.parametrize(
    ("scheme", "terms"),
    [
        ("title_formats", ["DVD", "instant"]),
        ("award_types", ["academy_awards"]),
        ("screen_formats", ["Widescreen 2.35:1"]),
        ("languages", ["English"]),
        ("audio", []),
        ("mpaa_ratings", ["PG"]),
        ("tv_ratings", []),
        ("rental_states", ["Shipped", "Returned", "Watched", "At Home"]),
        ("title_states", ["Play", "Add", "Add All", "Save", "Save All", "In Queue", "At Home"]),
        ("video_formats", []),
    ],
)
async def test_a_scheme_lists_its_terms(ann: Asking, scheme: str, terms: list[str]) -> None:
    """What the catalog uses is listed once each; what is fixed stands in its order."""
    items = root(await ann.get(f"//categories/{scheme}"))

    assert [item.get("term") for item in items] == terms
    assert {item.get("scheme") for item in items} <= {f"http://api.netflix.com/categories/{scheme}"}


async def test_every_scheme_of_the_contract_is_there(ann: Asking) -> None:
    """The seventeen schemes of contract 3.7 resolve, and no other."""
    schemes = [*_OTHERS, *_USED]

    assert [root(await ann.get(f"//categories/{scheme}")).tag for scheme in schemes] == ["categories"] * 17
    assert told(await ann.get("//categories/nothing")) == NOT_FOUND


async def test_a_list_is_a_page_of_a_genres_titles(database: Database, ann: Asking) -> None:
    """The best come first, and what has no average last; the page is the one asked for."""
    films = numbered(3)
    genres = [TitleGenre(title_id=title, genre_id=FAMILY, position=9) for title in (AMELIE, 1001, 1002, 1003)]
    async with database.write() as session:
        await put(session, [*films, *genres])

    everything = await ann.get(f"/lists/{FAMILY}")
    page = await ann.get(f"/lists/{FAMILY}", start_index=1, max_results=2)

    assert ids(everything) == [str(title) for title in (AMELIE, JAWS, 1001, 1002, 1003, TOTORO)]
    assert ids(page) == [str(JAWS), "1001"]
    assert root(page).findtext("url_template") == (
        f"http://api.netflix.com/users/{ann.who}/lists/{FAMILY}?{{-join|&|start_index|max_results}}"
    )
    assert (root(page).tag, root(page).findtext("number_of_results")) == ("catalog_titles", "6")


@pytest.mark.parametrize("name", ["99", "nothing", "0", "02", "99999999999"])
async def test_there_is_no_other_list(ann: Asking, name: str) -> None:
    """What is no genre, or one without titles, is not found."""
    assert told(await ann.get(f"/lists/{name}")) == NOT_FOUND


async def test_lists_are_ten_at_most(database: Database, ben: Asking) -> None:
    """Who has chosen nothing gets the largest genres; an empty one is no list."""
    genres = [Genre(id=100 + n, label=f"Genre {n:02d}") for n in range(12)]
    shelves = [
        TitleGenre(title_id=1000 + film, genre_id=100 + n, position=n)
        for n in range(1, 12)
        for film in range(1, 2 + n)
    ]
    async with database.write() as session:
        await put(session, [*numbered(12), *genres, *shelves])

    lists = root(await ben.get("/lists"))

    names = [link.get("title") for link in lists.iterfind("list/link")]
    assert names == [f"Genre {n:02d}" for n in range(11, 1, -1)]


async def test_what_is_chosen_goes_before_what_is_large(database: Database, ben: Asking) -> None:
    """A genre that was rated well once leads a larger one that was rated badly."""
    shelves = [
        TitleGenre(title_id=1000 + n, genre_id=ROMANCE if n < 3 else THRILLERS, position=1)
        for n in range(1, 9)
    ]
    ratings = [rating(BEN, 1001, 4), rating(BEN, 1007, 2), rating(BEN, 1008, None)]
    async with database.write() as session:
        await put(session, [*numbered(8), *shelves, *ratings])

    lists = root(await ben.get("/lists"))

    names = [link.get("title") for link in lists.iterfind("list/link")]
    assert names == ["Romantic Movies", "Thrillers", "Children & Family Movies"]


async def test_documents_of_the_contract_name_our_schemes(ann: Asking) -> None:
    """Every category of a rental is of a scheme that resolves."""
    schemes = {
        category.get("scheme", "") for category in root(await ann.get("/rental_history")).iter("category")
    }

    found = [root(await ann.get(f"/{scheme.removeprefix(BASE)}")).tag for scheme in schemes]
    assert found == ["categories"] * 3
