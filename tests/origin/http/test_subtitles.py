"""The languages of subtitles (contract 3.5): in each format of 2.0, by name, and where the link leads."""

from collections.abc import Callable

import httpx
import orjson
import pytest
from lxml import etree

from gateway.contract import Rel
from gateway.origin.database import Database
from gateway.origin.eras import Era
from gateway.origin.models import SubtitleLanguage
from tests.origin.http.conftest import BASE, JAWS, Signer

pytestmark = pytest.mark.anyio

MOVIE = f"/catalog/titles/movies/{JAWS}"
HREF = f"{BASE}{MOVIE}/subtitle_languages"


@pytest.fixture(autouse=True)
async def _subtitles(database: Database) -> None:
    rows = [("instant", "English"), ("DVD", "French"), ("DVD", "English")]
    async with database.write() as session:
        session.add_all(
            SubtitleLanguage(title_id=JAWS, position=place, format=name, language=language)
            for place, (name, language) in enumerate(rows)
        )


def _links(document: etree._Element) -> list[etree._Element]:
    return [link for link in document.iter("link") if link.get("rel") == Rel.SUBTITLE_LANGUAGES]


def _terms(element: etree._Element) -> list[str]:
    schemes = {category.get("scheme") for category in element.iter("category")}
    assert schemes <= {f"{BASE}/categories/languages"}
    return [category.get("term", "") for category in element.iter("category")]


async def test_each_format_of_2_0_leads_to_its_subtitles(client: httpx.AsyncClient, sign: Signer) -> None:
    """Within a format the link is expanded to the languages of that format; one without any has no link."""
    answer = await client.get(sign(f"{MOVIE}/format_availability?v=2.0"))

    offers = etree.fromstring(answer.content).findall("availability/category")
    told = {offer.get("term"): [_terms(link) for link in _links(offer)] for offer in offers}
    assert told == {"instant": [["English"]], "DVD": [["French", "English"]], "Blu-ray": []}
    assert {link.get("href") for offer in offers for link in _links(offer)} == {HREF}


async def test_the_link_leads_to_all_of_them(client: httpx.AsyncClient, sign: Signer) -> None:
    """The document has each language once, in XML and in JSON; a title without any has an empty one."""
    answer = await client.get(sign(MOVIE + "/subtitle_languages"))
    designed = await client.get(sign(f"{MOVIE}/subtitle_languages?v=2.0&output=json"))

    root = etree.fromstring(answer.content)
    assert (root.tag, _terms(root)) == ("subtitle_languages", ["English", "French"])
    assert orjson.loads(designed.content)["subtitle_languages"] == ["English", "French"]


@pytest.mark.parametrize(
    ("query", "count"),
    [("v=2.0", 0), ("v=2.0&expand=@subtitle_languages", 1), ("expand=@subtitle_languages", 0)],
)
async def test_a_title_leads_there_only_when_asked_to(
    client: httpx.AsyncClient, sign: Signer, query: str, count: int
) -> None:
    """``@subtitle_languages`` puts the link, expanded, into a title of 2.0; nothing else does."""
    answer = await client.get(sign(f"{MOVIE}?{query}"))

    found = _links(etree.fromstring(answer.content))
    assert [_terms(link) for link in found] == [["English", "French"]] * count


async def test_formats_in_json_tell_their_subtitles(client: httpx.AsyncClient, sign: Signer) -> None:
    """The designed JSON lists the languages of each format that has any."""
    answer = await client.get(sign(f"{MOVIE}/format_availability?v=2.0&output=json"))

    formats = orjson.loads(answer.content)["delivery_formats"]
    assert {name: offer.get("subtitle_languages") for name, offer in formats.items()} == {
        "instant": ["English"],
        "DVD": ["French", "English"],
        "Blu-ray": None,
    }


async def test_subtitles_of_discs_are_gone_with_them(
    make_client: Callable[..., httpx.AsyncClient], sign: Signer
) -> None:
    """In 2011-10 only those of streams are left; the category lists what the catalog has."""
    async with make_client(era=Era.STREAMING) as later, make_client() as now:
        left = await later.get(sign(f"{MOVIE}/subtitle_languages"))
        scheme = await now.get(sign("/categories/subtitle_languages"))

    assert _terms(etree.fromstring(left.content)) == ["English"]
    assert [item.get("term") for item in etree.fromstring(scheme.content)] == ["English", "French"]
