"""What a title says of itself: odd facts left out, addresses of the web alone, and what is there now."""

from datetime import UTC, datetime

import pytest

from gateway.contract import Rel, Scheme, box_art_rel
from gateway.resources import Availability, Kind
from gateway.schema import ids
from gateway.schema.facts import FormatAvailability
from gateway.upstream.href import Address
from tests.gateway.documents import category, link, listing, person, text, title
from tests.gateway.graph import Answer, Graph
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

FILM, STAR = "/catalog/titles/movies/1", "/catalog/people/7"
FILM_ID = ids.encode(Address(Kind.MOVIE, ("1",)))


async def ask(graph: Graph, selection: str) -> Answer:
    """Ask for *selection* of the film."""
    return await graph.ask(
        f"query ($id: ID!) {{ title(by: {{ id: $id }}) {{ {selection} }} }}", {"id": FILM_ID}
    )


NOON = datetime(2010, 11, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "is_now"),
    [
        ((None, None), True),
        ((11, None), True),
        ((12, None), True),
        ((13, None), False),
        ((None, 13), True),
        ((None, 12), False),
        ((11, 13), True),
        ((10, 11), False),
    ],
)
def test_a_format_is_there_from_its_beginning_until_its_end(
    hours: tuple[int | None, int | None], *, is_now: bool
) -> None:
    """At noon: the beginning counts, the end does not; a missing bound is open."""
    starts, ends = (None if hour is None else NOON.replace(hour=hour) for hour in hours)

    shown = FormatAvailability.of(Availability("DVD", starts, ends), NOON)

    assert shown.available_now is is_now


@pytest.mark.parametrize(
    ("term", "shown"),
    [
        ("instant", "INSTANT"),
        ("Instant", "INSTANT"),
        ("DVD", "DVD"),
        ("Blu-ray", "BLU_RAY"),
        ("HD DVD", "HD_DVD"),
        ("Laserdisc", "OTHER"),
    ],
)
async def test_formats_go_by_any_letter_case(term: str, shown: str, graph: Graph, wire: Wire) -> None:
    """The service wrote them in several; what is not known is another format, no error."""
    wire.documents[FILM] = title(FILM, "M", link(Rel.FORMATS, f"{FILM}/formats"))
    inside = category(Scheme.TITLE_FORMATS, term)
    wire.documents[f"{FILM}/formats"] = (
        f'<delivery_formats><availability available_until="1">{inside}</availability></delivery_formats>'
    )

    answer = await ask(graph, "formats { format availableNow availableUntil }")

    ended = {"format": shown, "availableNow": False, "availableUntil": "1970-01-01T00:00:01Z"}
    assert answer == Answer({"title": {"formats": [ended]}}, {})


async def test_texts_are_shown_plain_or_harmless(graph: Graph, wire: Wire) -> None:
    """The origin's HTML never reaches a page as it is."""
    html = (
        'A <b>city</b><script>alert(1)</script><p onclick="x()">hunts <a href="javascript:x">M</a> &amp; all.'
    )
    wire.documents[FILM] = title(
        FILM, "M", link(Rel.SYNOPSIS, f"{FILM}/synopsis"), link(Rel.SHORT_SYNOPSIS, f"{FILM}/short")
    )
    wire.documents[f"{FILM}/synopsis"] = text("synopsis", html)
    wire.documents[f"{FILM}/short"] = text("short_synopsis", "A <i>hunt</i>.")

    answer = await ask(graph, "synopsis html: synopsis(format: HTML) shortSynopsis")

    assert answer == Answer(
        {
            "title": {
                "synopsis": "A city\n\nhunts M & all.",
                "html": "A <b>city</b><p>hunts <a>M</a> &amp; all.</p>",
                "shortSynopsis": "A hunt.",
            }
        },
        {},
    )


@pytest.mark.parametrize(
    ("name", "sortable"),
    [
        ("The Shore", "Shore, The"),
        ("A Few", "Few, A"),
        ("An Hour", "Hour, An"),
        ("The", None),
        ("Theatre", None),
    ],
)
async def test_an_article_is_sorted_last(name: str, sortable: str | None, graph: Graph, wire: Wire) -> None:
    """Lists sort a name without its leading article."""
    wire.documents[FILM] = title(FILM, name)

    assert await ask(graph, "name { sortable }") == Answer({"title": {"name": {"sortable": sortable}}}, {})


async def test_odd_facts_are_left_out(graph: Graph, wire: Wire) -> None:
    """One fact that cannot be costs neither the title nor an error (D19)."""
    odd = (
        "<release_year>20000</release_year>",
        "<runtime>-1</runtime>",
        "<average_rating>NaN</average_rating>",
        "<updated>1e9</updated>",
        category(Scheme.MATURITY_LEVEL, "9" * 20),
        category("/categories/unheard_of", "x"),
        category(Scheme.MPAA_RATINGS, "PG"),
        category(f"{Scheme.GENRES}/17", "Drama"),
    )
    wire.documents[FILM] = title(FILM, "M", *odd)

    answer = await ask(
        graph,
        """releaseYear runtime averageRating updated maturityLevel
        maturityRatings { system label } genres { label }""",
    )

    assert answer == Answer(
        {
            "title": {
                "releaseYear": None,
                "runtime": None,
                "averageRating": None,
                "updated": None,
                "maturityLevel": None,
                "maturityRatings": [{"system": "MPAA", "label": "PG"}],
                "genres": [{"label": "Drama"}],
            }
        },
        {},
    )


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "data:text/html,x", "//x.test/", "/x", "", "mailto:x"]
)
async def test_only_addresses_of_the_web_are_shown(href: str, graph: Graph, wire: Wire) -> None:
    """A page or a picture that is not on the web is none: a client may put it into a link."""
    wire.documents[FILM] = title(
        FILM,
        "M",
        f'<box_art small="{href}" medium="{href}" large="{href}"></box_art>',
        f'<link href="{href}" rel="{Rel.ALTERNATE}" title="web page"></link>',
        f'<link href="{href}" rel="{Rel.OFFICIAL_URL}" title="official webpage"></link>',
        link(Rel.BOX_ART, f"{FILM}/box_art"),
        link(Rel.CAST, f"{FILM}/cast"),
    )
    page = f'<link href="{href}" rel="{Rel.ALTERNATE}" title="web page"></link>'
    wire.documents[f"{FILM}/cast"] = listing("people", person(STAR, "P", page))
    picture = f'<link href="{href}" rel="{box_art_rel(64)}" title="64pix width box art"></link>'
    wire.documents[f"{FILM}/box_art"] = listing("box_art", picture)

    answer = await ask(
        graph, "webPage officialPage boxArt { url } wide: boxArt(width: 60) { url } cast { webPage }"
    )

    assert answer == Answer(
        {
            "title": {
                "webPage": None,
                "officialPage": None,
                "boxArt": None,
                "wide": None,
                "cast": [{"webPage": None}],
            }
        },
        {},
    )


async def test_a_record_without_its_name_is_none(graph: Graph, wire: Wire) -> None:
    """A title that is not called anything fails its field."""
    wire.documents[FILM] = f"<catalog_title><id>http://o.test{FILM}</id></catalog_title>"

    assert await ask(graph, "id") == Answer({"title": None}, {"title": "UPSTREAM_BAD_RESPONSE"})
