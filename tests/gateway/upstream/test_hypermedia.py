"""What the reader makes of documents written by hand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.contract import Rel, Scheme, box_art_rel
from gateway.resources import (
    Availability,
    Award,
    Awards,
    BoxArt,
    Category,
    Content,
    DeliveryFormats,
    Href,
    LanguageAudio,
    LanguagesAndAudio,
    Link,
    LinkList,
    People,
    Person,
    ScreenFormat,
    ScreenFormats,
    Suggestions,
    Text,
    Title,
    Titles,
)
from gateway.upstream import hypermedia
from gateway.upstream.errors import MalformedDocument
from gateway.upstream.pox import parse

DOCUMENTS = Path(__file__).parents[2] / "contract" / "gateway"


def link(rel: str, href: str, title: str, content: Content | None = None) -> Link:
    """Return a link as the reader gives it."""
    return Link(rel, Href(href), title, content)


def by_rel(*links: Link) -> dict[str, Link]:
    """Return *links* as a record holds them."""
    return {each.rel: each for each in links}


def category(scheme: str, label: str, *nested: Category) -> Category:
    """Return a category whose term is its label, as nearly all are."""
    return Category(scheme, label, label, nested)


M = Title(Href("http://o.test/catalog/titles/movies/1"), "M", "M")
FURY = Title(Href("http://o.test/catalog/titles/movies/2"), "Fury", "Fury")
HEIMAT = Title(Href("http://o.test/catalog/titles/series/2"), "Heimat", "Heimat")
RED_BALLOON = "http://api.netflix.com/catalog/titles/movies/60010001"

EXPECTED: dict[str, Content] = {
    "movie.xml": Title(
        Href(RED_BALLOON),
        "The Red Balloon",
        "The Red Balloon",
        release_year=1956,
        runtime=2040,
        average_rating=3.9,
        categories=(
            category(Scheme.MPAA_RATINGS, "NR"),
            category(Scheme.GENRES, "Children & Family Movies"),
        ),
        box_art=BoxArt(
            "http://pictures.test/tiny/1.jpg",
            "http://pictures.test/small/1.jpg",
            "http://pictures.test/large/1.jpg",
        ),
        links=by_rel(
            link(Rel.SYNOPSIS, f"{RED_BALLOON}/synopsis", "synopsis"),
            link(Rel.DIRECTORS, f"{RED_BALLOON}/directors", "directors"),
            link(Rel.ALTERNATE, "http://www.netflix.com/Movie/The_Red_Balloon/60010001", "web page"),
        ),
    ),
    "movie-bare.xml": M,
    "movie-odd.xml": Title(
        M.href,
        "M",
        "M",
        categories=(category(Scheme.GENRES, "Drama"), category("/catalog/titles/mpaa_ratings", "PG")),
        links=by_rel(link("http://o.test/rels/unheard-of", "http://o.test/x", "")),
    ),
    "program.xml": Title(
        Href("http://o.test/catalog/titles/programs/70000001/70000003"),
        "Tinker Tailor Soldier Spy: Episode 2",
        "Tinker Tailor: Ep. 2",
        "S1:E2 - Tarr Tells His Story",
        release_year=1979,
        categories=(category(Scheme.MATURITY_LEVEL, "100"),),
        updated=datetime(2011, 6, 1, 7, tzinfo=UTC),
        season_number=1,
        sequence=2,
        links=by_rel(
            link(Rel.SERIES, "http://o.test/catalog/titles/series/70000001", "Tinker Tailor Soldier Spy")
        ),
    ),
    "expanded.xml": Title(
        M.href,
        "M",
        "M",
        updated=datetime(2011, 6, 1, 7, tzinfo=UTC),
        links=by_rel(
            link(Rel.SYNOPSIS, "http://o.test/1/a", "synopsis", Text("A city hunts a <b>murderer</b>.")),
            link(Rel.SHORT_SYNOPSIS, "http://o.test/1/b", "short synopsis", Text("A hunt & a whistle.")),
            link(
                Rel.CAST,
                "http://o.test/1/c",
                "cast",
                LinkList((link(Rel.PERSON, "http://o.test/catalog/people/7", "Peter Lorre"),)),
            ),
            link(Rel.DIRECTORS, "http://o.test/1/d", "directors", People(())),
            link(
                Rel.SIMILARS,
                "http://o.test/1/e",
                "similars",
                LinkList((link(Rel.TITLE, FURY.href, "Fury"),), total=41),
            ),
            link(
                Rel.BOX_ART,
                "http://o.test/1/f",
                "box art",
                LinkList((link(box_art_rel(64), "http://pictures.test/64.jpg", "64pix width box art"),)),
            ),
            link(
                Rel.BONUS_MATERIALS,
                "http://o.test/1/g",
                "bonus materials",
                LinkList((link(Rel.TITLE, "http://o.test/catalog/titles/discs/9", "M: Bonus Material"),)),
            ),
            link(Rel.AWARDS, "http://o.test/1/h", "awards", Awards(())),
            link(Rel.TITLE, "http://o.test/1/i", "Fury", FURY),
            link(Rel.DISCS, "http://o.test/1/j", "discs"),
        ),
    ),
    "search.xml": Titles(
        (M, HEIMAT),
        total=86,
        start=25,
        size=25,
        links=by_rel(link(Rel.INDEX, "http://o.test/catalog/titles/index", "index")),
    ),
    "similars.xml": Titles((FURY,), total=1),
    "filmography.xml": Titles((FURY,)),
    "person-expanded.xml": Person(
        Href("http://o.test/catalog/people/7"),
        "Peter Lorre",
        "Born in 1904.<p>He came to Hollywood in 1935.",
        by_rel(
            link(
                Rel.FILMOGRAPHY,
                "http://o.test/catalog/people/7/filmography",
                "filmography",
                LinkList((link(Rel.TITLE, M.href, "M"),), total=2),
            )
        ),
    ),
    "people.xml": People((Person(Href("http://o.test/catalog/people/7"), "Peter Lorre"),), total=1),
    "awards.xml": Awards(
        (
            Award(
                "Best Original Screenplay",
                "academy_awards",
                is_won=True,
                year=1957,
                person=link(Rel.PERSON, "http://o.test/catalog/people/5", "Albert Lamorisse"),
            ),
            Award("Special Award", "baftas", is_won=False),
            Award("All-Time 100", "time", is_won=True),
        )
    ),
    "delivery_formats.xml": DeliveryFormats(
        (
            Availability(
                "instant",
                datetime(2011, 6, 1, 7, tzinfo=UTC),
                datetime(2100, 1, 1, tzinfo=UTC),
                quality="HD",
                runtime=2040,
            ),
            Availability("DVD", quality="SD"),
        )
    ),
    "screen_formats.xml": ScreenFormats((ScreenFormat("DVD", "Full Screen 1.33:1"),)),
    "languages_and_audio.xml": LanguagesAndAudio(
        (
            LanguageAudio("DVD", "French", ("Dolby Digital Mono", "DTS")),
            LanguageAudio("DVD", "English", ()),
        )
    ),
    "autocomplete.xml": Suggestions(("Red Beard", "Red River")),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_document_is_read_whole(name: str) -> None:
    """A document gives every fact that it holds, typed, and nothing for what is missing or odd."""
    document = (DOCUMENTS / name).read_bytes()

    assert hypermedia.read(parse(document)) == EXPECTED[name]


def test_every_document_has_an_expectation() -> None:
    """A document cannot lie beside the tests unread."""
    names = {path.name for path in DOCUMENTS.iterdir()}

    assert names == {*EXPECTED, "bulk.xml"}


WHOLE = "<catalog_title><id>http://o.test/1</id><title short='x'/></catalog_title>"


@pytest.mark.parametrize("end", ["<id></id>", "<name>x</name>", ""])
@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("<catalog_title>", "</catalog_title>", "/catalog_title/id"),
        ("<person>", "</person>", "/person/id"),
        (
            f"<catalog_titles>{WHOLE}<catalog_title>",
            "</catalog_title></catalog_titles>",
            "/catalog_titles/catalog_title[2]/id",
        ),
        ("<people><person>", "</person></people>", "/people/person/id"),
    ],
)
def test_record_without_its_id_fails_its_document(before: str, after: str, where: str, end: str) -> None:
    """Nobody could ask again for a record without an id, so its document is malformed, and where is said."""
    document = f"{before}<title short='M'/>{end}{after}"

    with pytest.raises(MalformedDocument) as error:
        hypermedia.read(parse(document.encode()))

    assert (error.value.where, error.value.expected) == (where, "an address")


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ("<catalog_title><id>http://o.test/1</id></catalog_title>", "/catalog_title/title"),
        ("<catalog_title><id>http://o.test/1</id><title short=' '/></catalog_title>", "/catalog_title/title"),
        ("<person><id>http://o.test/1</id><name></name></person>", "/person/name"),
    ],
)
def test_lone_record_without_a_name_is_malformed(document: str, where: str) -> None:
    """A record that was asked for by itself has a name."""
    with pytest.raises(MalformedDocument) as error:
        hypermedia.read(parse(document.encode()))

    assert (error.value.where, error.value.expected) == (where, "a name")


@pytest.mark.parametrize("name", ["html", "lists", "catalog_title_index", "status", "Person"])
def test_document_of_another_kind_is_malformed(name: str) -> None:
    """What is no document of the catalog is not guessed at."""
    with pytest.raises(MalformedDocument) as error:
        hypermedia.read(parse(f"<{name}/>".encode()))

    assert error.value.expected == "a document of the API"


def test_namespace_makes_another_element() -> None:
    """The contract knows no namespaces: a name in one is another name."""
    with pytest.raises(MalformedDocument):
        hypermedia.read(parse(b"<synopsis xmlns='http://evil.test'>x</synopsis>"))


def test_content_of_the_expected_kind_is_handed_on() -> None:
    """What was promised is typed from here on."""
    assert hypermedia.expect(M, Title) is M


def test_content_of_another_kind_is_malformed() -> None:
    """An address that answers with something else than its relation promises is at fault."""
    with pytest.raises(MalformedDocument) as error:
        hypermedia.expect(M, Titles)

    assert error.value.expected == "the content of Titles"
