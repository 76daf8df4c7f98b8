"""The whole way of a query: real database, real HTTP, the requests counted at the origin."""

from collections.abc import Callable
from math import ceil
from typing import Any

import pytest
from lxml import etree

from gateway.origin.paths import SEGMENTS
from tests.end_to_end.stack import PlainClient, Stack

ReadPlainly = Callable[[Stack], PlainClient]

pytestmark = pytest.mark.anyio

LOVE = """{
  titles(search: "love", first: 25) { nodes {
    name { regular } releaseYear synopsis
    cast { name filmography(first: 20) { nodes { name { regular } releaseYear } } }
    directors { name }
  } }
}"""


def _year(document: etree._Element) -> int | None:
    text = document.findtext("release_year")
    return int(text) if text else None


def _name(document: etree._Element) -> dict[str, str | None]:
    title = document.find("title")
    assert title is not None
    return {"regular": title.get("regular")}


def _expected(client: PlainClient, origin: str, first: int = 25) -> dict[str, Any]:
    """Answer ``LOVE`` by following the links one at a time."""
    films: dict[str, list[dict[str, Any]]] = {}

    def filmography(person: etree._Element) -> list[dict[str, Any]]:
        href = str(person.findtext("id"))
        if href not in films:
            found = client.follow(person, "titles.filmography", "?max_results=20")
            items = [] if found is None else found.findall("filmography_item")
            films[href] = [{"name": _name(item), "releaseYear": _year(item)} for item in items]
        return films[href]

    def node(title: etree._Element) -> dict[str, Any]:
        synopsis = client.follow(title, "titles/synopsis")
        cast, directors = client.follow(title, "people.cast"), client.follow(title, "people.directors")
        return {
            "name": _name(title),
            "releaseYear": _year(title),
            "synopsis": None if synopsis is None else _plain(synopsis.text or ""),
            "cast": [
                {"name": person.findtext("name"), "filmography": {"nodes": filmography(person)}}
                for person in ([] if cast is None else cast.findall("person"))
            ],
            "directors": [
                {"name": person.findtext("name")}
                for person in ([] if directors is None else directors.findall("person"))
            ],
        }

    search = client.read(f"{origin}/catalog/titles?term=love&max_results={first}")
    return {"titles": {"nodes": [node(title) for title in search.findall("catalog_title")]}}


def _plain(html: str) -> str:
    """Return the words of *html*, however they are laid out."""
    return " ".join(str(etree.HTML(f"<div>{html}</div>").xpath("string()")).split())


def _with_plain_synopses(data: dict[str, Any]) -> dict[str, Any]:
    for node in data["titles"]["nodes"]:
        node["synopsis"] = node["synopsis"] and " ".join(node["synopsis"].split())
    return data


async def test_each_level_costs_one_request_over_the_embedded_catalog(
    embedded: Stack, read_plainly: ReadPlainly
) -> None:
    """The nested query gives what following every link gives, in a request a level."""
    expected = _expected(read_plainly(embedded), embedded.origin)
    embedded.counter.requests.clear()

    answer = await embedded.ask(LOVE)

    assert _with_plain_synopses(answer["data"]) == expected
    assert len(answer["data"]["titles"]["nodes"]) >= 5
    requests = embedded.counter.requests
    assert [len(entries) for entries in requests] == [1, *_level_sizes(answer["data"])]
    assert _cost(answer) == (3, sum(map(len, requests)))


@pytest.mark.parametrize(("first", "splits"), [(25, 1), (50, 2)])
async def test_each_level_costs_one_request_over_the_imported_titles(
    imported: Stack, read_plainly: ReadPlainly, first: int, splits: int
) -> None:
    """Over 8,807 more titles too; only the bulk limit of 200 entries splits a level."""
    expected = _expected(read_plainly(imported), imported.origin, first)
    imported.counter.requests.clear()

    answer = await imported.ask(LOVE.replace("25", str(first)))

    requests = imported.counter.requests
    casts, people = _level_sizes(answer["data"])
    assert _with_plain_synopses(answer["data"]) == expected
    assert len(answer["data"]["titles"]["nodes"]) == first
    assert ceil(people / 200) == splits
    assert [len(requests[0]), len(requests[1])] == [1, casts]
    assert len(requests) == 2 + splits
    assert sum(map(len, requests[2:])) == people
    assert _cost(answer) == (2 + splits, 1 + casts + people)


def _level_sizes(data: dict[str, Any]) -> list[int]:
    """Return how many links the second and third level of ``LOVE`` follow: casts, and who is in them."""
    nodes = data["titles"]["nodes"]
    casts = sum(bool(node["cast"]) for node in nodes)
    people = {person["id"] if "id" in person else person["name"] for node in nodes for person in node["cast"]}
    return [casts, len(people)]


def _cost(answer: dict[str, Any]) -> tuple[int, int]:
    """Return requests and calls, as the gateway tells them."""
    upstream = answer["extensions"]["upstream"]
    return upstream["requests"], upstream["calls"]


def _only(data: dict[str, Any], *names: str) -> list[dict[str, Any]]:
    """Return *names* of each title; of a filmography the names alone."""
    nodes = [{name: node[name] for name in names} for node in data["titles"]["nodes"]]
    for node in nodes:
        if "synopsis" in node:
            node["synopsis"] = node["synopsis"] and " ".join(node["synopsis"].split())
        node["cast"] = [
            {"name": who["name"], **({"filmography": _names(who)} if "filmography" in who else {})}
            for who in node["cast"]
        ]
    return nodes


def _names(who: dict[str, Any]) -> list[str]:
    return [film["name"]["regular"] for film in who["filmography"]["nodes"]]


async def test_a_query_of_names_and_texts_costs_one_call(imported: Stack, read_plainly: ReadPlainly) -> None:
    """Synopses and the names of people come along with the search that finds the titles."""
    expected = _expected(read_plainly(imported), imported.origin)
    imported.counter.requests.clear()

    answer = await imported.ask(
        """{ titles(search: "love", first: 25) { nodes {
            name { regular } synopsis cast { name } directors { name }
        } } }"""
    )

    for node in expected["titles"]["nodes"]:
        for who in node["cast"]:
            del who["filmography"]
    shown = ("name", "synopsis", "cast", "directors")
    assert _only(answer["data"], *shown) == _only(expected, *shown)
    assert imported.counter.requests == [["/catalog/titles"]]
    assert (_cost(answer), answer["extensions"]["cost"]["expected"]) == ((1, 1), 1)


async def test_names_of_films_come_along_with_their_people(
    imported: Stack, read_plainly: ReadPlainly
) -> None:
    """Two levels: the search, and the casts with the filmographies of everyone in them."""
    expected = _expected(read_plainly(imported), imported.origin)
    imported.counter.requests.clear()

    answer = await imported.ask(
        """{ titles(search: "love", first: 25) { nodes {
            cast { name filmography(first: 20) { nodes { name { regular } } } }
        } } }"""
    )

    casts = sum(bool(node["cast"]) for node in expected["titles"]["nodes"])
    assert _only(answer["data"], "cast") == _only(expected, "cast")
    assert [len(entries) for entries in imported.counter.requests] == [1, casts]
    assert _cost(answer) == (2, 1 + casts)


async def test_no_address_is_put_together(embedded: Stack, renamed: Stack) -> None:
    """An origin that calls every sub-resource something else is read just as well."""
    expected = [(await embedded.ask(query))["data"] for query in EVERYTHING]

    answers = [await renamed.ask(query) for query in EVERYTHING]

    last_segments = {path.rpartition("/")[2] for entries in renamed.counter.requests for path in entries}
    assert [answer.get("errors") for answer in answers] == [None] * len(EVERYTHING)
    assert [answer["data"] for answer in answers] == expected
    assert {part for part in SEGMENTS if part in last_segments} == set()
    followed = set(SEGMENTS) - {"subtitle_languages"}  # Only documents of version 2.0 lead there.
    assert {part for part in SEGMENTS if f"x-{part[::-1]}" in last_segments} == followed


_TITLE = """{
  id name { regular short } releaseYear runtime genres { label } maturityRatings { system label }
  synopsis shortSynopsis(FORMAT) boxArt(width: 100) { width }
  cast { name bio filmography(first: 3) { totalCount nodes { name { regular } } } }
  directors { name } awards { name body year won person { name } }
  formats { format availableFrom availableNow } screenFormats { format label }
  languagesAndAudio { format language audio } bonusMaterials { name { regular } releaseYear }
  similars(first: 4) { nodes { name { regular } } }
  ... on Movie { discs { name { regular } parent { name { regular } releaseYear } } }
  ... on Series {
    seasons { number name { regular } series { name { regular } } discs { name { regular } } }
    episodes(first: 4) { totalCount nodes { episodeNumber seasonNumber synopsis season { number } } }
  }
}""".replace("(FORMAT)", "")

EVERYTHING = [
    f'{{ titles(search: "jaws") {{ nodes {_TITLE} }} }}',
    f'{{ titles(search: "fawlty towers") {{ nodes {_TITLE} }} }}',
    f'{{ titles(search: "the lord of the rings", first: 6) {{ nodes {_TITLE} }} }}',
    '{ people(search: "spielberg") { nodes { name filmography { nodes { name { regular } } } } } }',
    '{ suggestTitles(prefix: "lov") }',
]
