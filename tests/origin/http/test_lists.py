"""Searches and pages: what is found, and which stretch of it is shown."""

from collections.abc import Callable

import httpx
import pytest
from lxml import etree

from gateway.origin.calls import Call
from gateway.origin.errors import Refusal
from gateway.origin.paths import Address, Place
from gateway.origin.routes.stretches import Shelf, Stretch, cut

from .conftest import JAWS, SCHEIDER, Signer, tree
from .test_resources import status

SIMILARS = f"/catalog/titles/movies/{JAWS}/similars"
FILMS = f"/catalog/people/{SCHEIDER}/filmography"


def header(document: bytes) -> tuple[str | None, ...]:
    """Return total, start and size as the header of a list has them."""
    found = etree.fromstring(document)
    return tuple(found.findtext(tag) for tag in ("number_of_results", "start_index", "results_per_page"))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "query", "shown"),
    [
        (SIMILARS, "", ("2", "0", "25")),
        (SIMILARS, "?max_results=501", ("2", "0", "500")),
        (SIMILARS, "?start_index=9999999999999&max_results=1", ("2", "2147483647", "1")),
        (SIMILARS, f"?start_index={10**30}&max_results={10**30}", ("2", "2147483647", "500")),
        (SIMILARS, f"?max_results={'9' * 5000}", ("2", "0", "500")),
        (FILMS, "?start_index=&max_results=", ("2", "0", "25")),
        (FILMS, "?max_results=100000", ("2", "0", "500")),
        ("/catalog/titles", "?term=jaws&max_results=101", ("1", "0", "100")),
        ("/catalog/titles", "?term=nowhere%20found", ("0", "0", "25")),
        ("/catalog/people", "?term=roy&start_index=007&max_results=500", ("1", "7", "500")),
    ],
)
async def test_pages_are_cut_to_what_the_resource_allows(
    client: httpx.AsyncClient, sign: Signer, path: str, query: str, shown: tuple[str, ...]
) -> None:
    """The header echoes the page that is in force: 25 by default, at most 100 or 500."""
    answer = await client.get(sign(path + query))

    assert header(answer.content) == shown


@pytest.mark.anyio
@pytest.mark.parametrize(
    "path",
    [
        f"/catalog/titles/movies/{JAWS}/cast?",
        f"/catalog/titles/movies/{JAWS}/directors?",
        "/catalog/people?term=roy&",
        "/catalog/people?term=roy&v=1.5&",
    ],
)
async def test_people_in_a_list_are_expanded_like_people_alone(
    client: httpx.AsyncClient, sign: Signer, path: str
) -> None:
    """What ``expand`` puts into a person's document it puts into a list's persons, too."""
    found = await client.get(sign(f"{path}expand=@filmography"))

    people = etree.fromstring(found.content).findall("person")
    paths = [str(who.findtext("id")).removeprefix("http://api.netflix.com") for who in people]
    alone = [await client.get(sign(f"{each}?expand=@filmography")) for each in paths]
    assert [tree(etree.tostring(who)) for who in people] == [tree(each.content) for each in alone]
    assert [len(who.findall("link/filmography/link")) > 0 for who in people] == [True] * len(people)
    assert people


TOO_SMALL = ("max_results must be a positive integer", 120)


@pytest.mark.anyio
@pytest.mark.parametrize("path", [SIMILARS, FILMS, "/catalog/titles?term=jaws", "/catalog/people?term=roy"])
@pytest.mark.parametrize(
    ("query", "message"),
    [
        *((f"max_results={size}", TOO_SMALL) for size in ("0", "-1", "ten", "1e3", "%20", "1.0")),
        *((f"start_index={start}", ("start_index is invalid", None)) for start in ("-1", "1_0", "%D9%A1")),
    ],
)
async def test_a_page_that_is_no_number_is_refused(
    client: httpx.AsyncClient, sign: Signer, path: str, query: str, message: tuple[str, int | None]
) -> None:
    """Whatever is not written in digits is 400; a size of a page has the sub code 120."""
    answer = await client.get(sign(f"{path}{'&' if '?' in path else '?'}{query}"))

    assert (answer.status_code, tree(answer.content)) == (400, status(400, *message))


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/catalog/titles", "/catalog/titles/autocomplete", "/catalog/people"])
@pytest.mark.parametrize("query", ["", "?term=", "?term=%20+%09", f"?term={'x' * 501}"])
async def test_a_search_for_nothing_is_refused(
    client: httpx.AsyncClient, sign: Signer, path: str, query: str
) -> None:
    """Without a term, with a blank one, or with one that is no term, there is no search."""
    answer = await client.get(sign(path + query))

    assert (answer.status_code, tree(answer.content)) == (400, status(400, "term is invalid"))


@pytest.mark.anyio
@pytest.mark.parametrize("term", ["Ocean's", "a[b]", "$(x)", '"', "*", "NEAR(", "\\", "%", "_", "é'"])
async def test_any_term_is_only_words(client: httpx.AsyncClient, sign: Signer, term: str) -> None:
    """No sign in a term means anything to the database or to the signature."""
    url = sign("/catalog/titles?" + str(httpx.QueryParams({"term": term})))

    answer = await client.get(url)

    assert (answer.status_code, header(answer.content)) == (200, ("0", "0", "25"))


FORMATS = "/categories/title_formats"


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/catalog/titles", "/catalog/titles/autocomplete"])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("term=jaws&v=1.5", 1),
        (f"term=jaws&v=1.5&filters=http://api.netflix.com{FORMATS}/instant", 1),
        (f"term=jaws&v=1.5&filters=https://api-public.netflix.com{FORMATS}/disc", 1),
        (f"term=jaws&v=1.5&filters=api.netflix.com{FORMATS}/instant", 1),
        (f"term=shore&v=1.5&filters=http://api.netflix.com{FORMATS}/instant", 0),
        (f"term=shore&filters=http://api.netflix.com{FORMATS}/instant", 1),
    ],
)
async def test_filters_keep_a_format_from_15_on(
    client: httpx.AsyncClient, sign: Signer, path: str, query: str, found: int
) -> None:
    """A filter names its format by any host or none; 1.0 knows no filters."""
    answer = await client.get(sign(f"{path}?{query.replace('shore', 'the%20shore')}"))

    items = etree.fromstring(answer.content)
    assert len([*items.iterfind("catalog_title"), *items.iterfind("autocomplete_item")]) == found


@pytest.mark.anyio
async def test_an_unknown_filter_is_refused(client: httpx.AsyncClient, sign: Signer) -> None:
    """A filter that is no format is 400."""
    answer = await client.get(sign(f"/catalog/titles?term=jaws&v=1.5&filters=x{FORMATS}/laser"))

    assert (answer.status_code, tree(answer.content)) == (400, status(400, "filters is invalid"))


@pytest.mark.anyio
async def test_a_filter_looks_at_the_clock(
    make_client: Callable[..., httpx.AsyncClient], sign: Signer
) -> None:
    """What is not to be had yet does not pass the filter."""
    sign.clock.now = 1_262_303_999
    async with make_client() as client:
        answer = await client.get(sign(f"/catalog/titles?term=jaws&v=1.5&filters=x{FORMATS}/instant"))

    assert header(answer.content) == ("0", "0", "25")


def test_lists_of_one_bulk_request_share_a_limit() -> None:
    """When the lists together would show too many titles, those beyond are refused one by one."""
    whole, one = {"max_results": "500"}, {"max_results": "1"}
    shelf = Shelf("owner", range(500))
    calls = [Call(Address(Place.PERSON, 1), query) for query in [*[whole] * 40, one, {"max_results": "0"}]]

    cuts = cut([shelf] * len(calls), calls, largest=500)

    assert [len(part.ids) for part in cuts if isinstance(part, Stretch)] == [500] * 40
    assert [str(part) for part in cuts if isinstance(part, Refusal)] == [
        "max_results is invalid: one bulk request shows at most 20000 titles of lists",
        "max_results must be a positive integer",
    ]
