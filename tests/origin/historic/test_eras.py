"""What the developer blog announced, seen by a program that asks an origin of each time."""

import pytest
from lxml import etree

from gateway.origin.eras import END_OF_TIME, Era

from .times import BASE, Make, Then, anyio_backend, demo, then

__all__ = ["anyio_backend", "demo", "then"]

SCHEMAS = "http://schemas.netflix.com"

pytestmark = pytest.mark.anyio

DISCS = {"DVD", "Blu-ray", "HD DVD"}


def words(document: etree._Element, scheme: str) -> set[str]:
    """Return the labels of a scheme, wherever they are."""
    return {
        one.get("label", "") for one in document.iter("category") if one.get("scheme", "").endswith(scheme)
    }


def hrefs(document: etree._Element, rel: str) -> list[str]:
    """Return where the links of a relation lead, wherever they are."""
    return [one.get("href", "") for one in document.iter("link") if one.get("rel") == f"{SCHEMAS}/{rel}"]


async def _names(origin: Then, path: str, tag: str, **given: str) -> set[str]:
    shown = await origin.read(path, max_results="100", **given)
    return {title.get("regular", "") for title in shown.iterfind(f"{tag}/title")}


async def test_only_what_is_streamed_is_found_in_2011(then: Make) -> None:
    """Search, suggestions, similars and filmographies leave out what comes on discs alone."""
    now, later = then(Era.EVERYTHING), then(Era.STREAMING)
    everything = await _names(now, "/catalog/titles", "catalog_title", term="the")
    streamed = await _names(
        now,
        "/catalog/titles",
        "catalog_title",
        term="the",
        v="1.5",
        filters=f"{BASE}/categories/title_formats/instant",
    )
    assert streamed < everything

    assert await _names(later, "/catalog/titles", "catalog_title", term="the") == streamed
    suggested = await later.read("/catalog/titles/autocomplete", term="the")
    assert {title.get("short", "") for title in suggested.iter("title")} <= streamed
    (found,) = (await now.read("/catalog/titles", term="jaws", max_results="1")).iterfind("catalog_title/id")
    whole = await _names(now, f"{found.text}/similars", "similars_item")
    part = await later.read(f"{found.text}/similars", max_results="500")
    left = {title.get("regular", "") for title in part.iterfind("similars_item/title")}
    assert set() < left < whole
    inside = await later.read(str(found.text), expand="similars")
    assert len(hrefs(inside, "catalog/title")) == len(part.findall("similars_item"))
    name = min(everything - streamed)
    unstreamed = await now.read("/catalog/titles", term=name, max_results="1", expand="cast")
    person = hrefs(unstreamed, "catalog/person")[0]
    assert name in await _names(now, f"{person}/filmography", "filmography_item")
    assert name not in await _names(later, f"{person}/filmography", "filmography_item")


async def test_a_title_of_2011_says_nothing_of_discs(then: Make) -> None:
    """No disc formats, no links to discs or bonus material, no picture shapes or languages of discs."""
    now, later = then(Era.EVERYTHING), then(Era.STREAMING)
    found = (await now.read("/catalog/titles", term="jaws", max_results="1")).findtext("catalog_title/id", "")
    before, after = await now.read(found, expand="all"), await later.read(found, expand="all")

    assert words(before, "/title_formats") >= {"instant", "DVD"}
    assert words(after, "/title_formats") == {"instant"}
    assert hrefs(before, "catalog/titles.discs") != []
    assert hrefs(after, "catalog/titles.discs") + hrefs(after, "catalog/titles/bonus_materials") == []
    assert hrefs(after, "catalog/titles/screen_formats") == []
    formats = await later.read(f"{found}/format_availability")
    assert words(formats, "/title_formats") == {"instant"}
    assert (await later.ask(f"{found}/discs")).status_code == 404


async def test_a_subscriber_of_2011_has_no_discs(then: Make) -> None:
    """Preferences, states, feeds and history are those of somebody who streams; the disc queue streams."""
    later = then(Era.STREAMING)
    user = await later.read(later.user)
    assert words(user, "/title_formats") == {"Instant"}
    assert (hrefs(user, "at_home"), len(hrefs(user, "rental_history"))) == ([], 1)

    queue = await later.read(f"{later.user}/queues/disc", max_results="3")
    refs = hrefs(queue, "catalog/title")
    assert all("/queues/instant/" in (id_.text or "") for id_ in queue.iterfind("queue_item/id"))
    states = await later.read(f"{later.user}/title_states", title_refs=",".join(refs))
    assert words(states, "/title_formats") == {"Instant"}
    rels = {one.get("rel", "").rpartition("feed.")[2] for one in (await later.read(f"{later.user}/feeds"))}
    gone = {
        "queues.disc",
        "queues.disc.recent",
        "rental_history.shipped",
        "rental_history.returned",
        "at_home",
    }
    assert (rels & gone, rels >= {"queues.instant", "rental_history", "rental_history.watched"}) == (
        set(),
        True,
    )
    history = await later.read(f"{later.user}/rental_history", max_results="500")
    assert words(history, "/rental_states") == {"Watched"}


async def test_the_index_of_2011_lists_what_is_streamed(then: Make) -> None:
    """The index shrinks; no disc is listed, named or said to be had."""
    sizes = {}
    for era in (Era.EVERYTHING, Era.STREAMING):
        for name, tag in (("index", "title_index_item"), ("full", "catalog_title")):
            whole = await then(era).read(f"/catalog/titles/{name}")
            sizes[era, name] = len(whole.findall(tag))
            if era is Era.STREAMING:
                assert words(whole, "/title_formats") == {"instant"}
                assert hrefs(whole, "catalog/disc") + hrefs(whole, "catalog/titles.discs") == []

    assert all(0 < sizes[Era.STREAMING, name] < sizes[Era.EVERYTHING, name] for name in ("index", "full"))


@pytest.mark.parametrize(("era", "is_zero"), [(Era.EVERYTHING, False), (Era.STREAMING, True)])
async def test_bookmarks_say_nothing_since_june_2011(then: Make, era: Era, is_zero: bool) -> None:  # noqa: FBT001
    """From then on the playback bookmark is always 0; the rest of the playback stays."""
    origin = then(era)
    watched = await origin.read(f"{origin.user}/rental_history/watched", max_results="25")

    refs = ",".join(hrefs(watched, "catalog/title"))
    states = await origin.read(f"{origin.user}/title_states", title_refs=refs, v="1.5")
    bookmarks = [int(one.text or "") for one in states.iter("playback_bookmark")]
    assert (max(bookmarks) == 0) is is_zero
    assert states.find(".//watched_date") is not None


async def test_history_is_gone_in_2012(then: Make) -> None:
    """No feeds, links or playback of what was rented or watched; the queues of discs stay."""
    last, before = then(Era.LAST_CHANGE), then(Era.EVERYTHING)
    watched = await before.read(f"{before.user}/rental_history/watched")

    refs = ",".join(hrefs(watched, "catalog/title"))
    states = await last.read(f"{last.user}/title_states", title_refs=refs, v="1.5")
    assert [
        one for one in states.iter() if one.tag in {"playback_bookmark", "watched_date", "watched_to_end"}
    ] == []
    user = await last.read(last.user)
    assert hrefs(user, "rental_history") + hrefs(user, "at_home") == []
    rels = {one.get("rel", "").rpartition("feed.")[2] for one in (await last.read(f"{last.user}/feeds"))}
    assert rels == {
        *("queues.disc", "queues.disc.recent", "queues.instant", "queues.instant.recent"),
        *("reviews", "recommendations", "ratings"),
    }
    queue = await last.read(f"{last.user}/queues/disc", max_results="1")
    assert "/queues/disc/" in queue.findtext("queue_item/id", "")


async def test_index_files_of_2012_end_in_2100_too(then: Make) -> None:
    """The files for streams and discs tell the end of time, as documents do."""
    for name in ("streaming", "dvd"):
        whole = await then(Era.LAST_CHANGE).read(f"/catalog/titles/{name}")
        before = await then(Era.EVERYTHING).read(f"/catalog/titles/{name}")
        ends = [[one.get("available_until") for one in file.iter("availability")] for file in (before, whole)]
        assert None in ends[0]
        assert (None in ends[1], max(map(str, ends[1]))) == (False, str(END_OF_TIME))


@pytest.mark.parametrize(
    ("era", "is_whole"), [(Era.EVERYTHING, False), (Era.STREAMING, True), (Era.LAST_CHANGE, True)]
)
async def test_series_are_rated_as_a_whole_since_2011(then: Make, era: Era, is_whole: bool) -> None:  # noqa: FBT001
    """A rating of a season is one of its series, wherever it is looked at or changed."""
    origin = then(era)
    found = await then(Era.EVERYTHING).read("/catalog/titles", term="firefly", max_results="1")
    series = found.findtext("catalog_title/id", "")
    season = (await origin.read(f"{series}/seasons")).findtext("catalog_title/id", "")
    actual = f"{origin.user}/ratings/title/actual"
    for ref in (season, series):
        await origin.ask(actual, "POST", title_ref=ref, rating="no_opinion")

    posted = await origin.ask(actual, "POST", title_ref=season, rating="2")
    changed = await origin.ask(f"{actual}/{season.rpartition('/')[2]}", "PUT", rating="4")
    shown = await origin.read(f"{origin.user}/ratings/title", title_refs=f"{season},{series}")

    assert (posted.status_code, changed.status_code) == (201, 200)
    stars = [item.findtext("user_rating") for item in shown.iterfind("ratings_item")]
    assert stars == ["4", "4" if is_whole else None]
    assert posted.headers["location"].endswith((series if is_whole else season).rpartition("/")[2])
    one = await origin.ask(f"{actual}/{season.rpartition('/')[2]}")
    assert (one.status_code, b"<user_rating>4<" in one.content) == (200, True)
    await origin.ask(actual, "POST", title_ref=season, rating="no_opinion")


async def test_seasons_are_found_in_place_of_series_in_2008(then: Make) -> None:
    """Searches and suggestions know the seasons only; from 2010 on, the series."""
    found = {
        era: await _names(then(era), "/catalog/titles", "catalog_title", term="firefly")
        for era in (Era.LAUNCH, Era.EVERYTHING)
    }
    suggested = await then(Era.LAUNCH).read("/catalog/titles/autocomplete", term="fire")

    assert "Firefly" in found[Era.EVERYTHING]
    assert found[Era.LAUNCH]
    assert all("Season" in name for name in found[Era.LAUNCH])
    assert "Firefly" not in {title.get("short") for title in suggested.iter("title")}


async def test_documents_of_2008_have_other_names(then: Make) -> None:
    """Links and categories are those of the first documentation, and a version cannot be asked for."""
    first = then(Era.LAUNCH)
    queue = await first.read(f"{first.user}/queues/disc", max_results="2", v="2.0")
    item = queue.find("queue_item")
    assert item is not None

    rels = {link.get("rel"): link.get("title") for link in item.iterfind("link")}
    assert (rels["queue_ref"], rels[f"{SCHEMAS}/id"], rels["alternate"]) == (
        "available queue",
        "title",
        "webpage",
    )
    assert item.find("title") is not None
    assert words(item, "/categories/queue_availability") == {"available_now"}
    assert words(item, f"{BASE}/catalog/titles/format") <= {"DVD", "Blu-ray"}
    assert [one for one in queue.iter("category") if "term" in one.attrib] == []
    states = await first.read(f"{first.user}/title_states", title_refs=hrefs(item, "id")[0])
    assert words(states, f"{BASE}/catalog/titles/title_states") != set()
    assert hrefs(states, "queues/disc") == [f"{BASE}{first.user}/queues/disc"]


@pytest.mark.parametrize(
    ("era", "count"), [(Era.LAUNCH, 0), (Era.EVERYTHING, 1), (Era.STREAMING, 1), (Era.LAST_CHANGE, 1)]
)
async def test_what_may_be_seen_is_told_later(then: Make, era: Era, count: int) -> None:
    """The user document of 2008 says nothing of maturity (contract 8, 50)."""
    origin = then(era)

    assert len((await origin.read(origin.user)).findall("max_maturity_level")) == count


@pytest.mark.parametrize(("era", "code"), [(Era.LAUNCH, 404), (Era.EVERYTHING, 404), (Era.CLOSED, 404)])
async def test_an_unknown_title_is_not_found_at_any_time(then: Make, era: Era, code: int) -> None:
    """What is unknown is 404 in 2008 too, not an empty body (contract 8, 21)."""
    answer = await then(era).ask("/catalog/titles/movies/1")

    assert (answer.status_code, answer.content != b"") == (code, True)


@pytest.mark.parametrize("body", ["academy_awards", "razzie", "time"])
async def test_awards_have_schemes_of_their_own(then: Make, body: str) -> None:
    """The scheme of each body resolves until categories are gone; nobody else has one."""
    shown = await then(Era.EVERYTHING).read(f"/categories/award_types/{body}")
    strange = await then(Era.EVERYTHING).ask("/categories/award_types/nobody")
    later = await then(Era.STREAMING).ask(f"/categories/award_types/{body}")

    schemes = {one.get("scheme") for one in shown.iterfind("category_item")}
    assert schemes <= {f"{BASE}/categories/award_types/{body}"}
    assert ("Best Film Editing" in {one.get("term") for one in shown}) is (body == "academy_awards")
    assert (strange.status_code, later.status_code) == (404, 404)
