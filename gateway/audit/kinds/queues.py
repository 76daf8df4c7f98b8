"""Checks of queues as they are read (contract 3.11)."""

import unicodedata
from datetime import UTC, datetime

from gateway.audit.asking import Ask, Who, get
from gateway.audit.audit import kind
from gateway.audit.documents import Element, equal_trees, every, some, text_of
from gateway.audit.failures import enough, equal, that
from gateway.audit.session import Session


@kind
async def etag_in_both(session: Session, ask: Ask) -> None:
    """Ask that the etag in the body is the one in the header."""
    reply = await session.send(ask)
    equal(reply.headers.get("etag", "").strip('"'), text_of(reply.root(), "etag"))


@kind
async def positions_dense(session: Session, ask: Ask) -> None:
    """Ask that positions count from one without gaps, and that none is there twice."""
    root = (await session.send(ask.but(max_results=500))).root()
    found = [int(text_of(item, "position")) for item in some(root, "queue_item") if every(item, "position")]
    enough(found, "nothing in the queue")
    equal(found, list(range(1, len(found) + 1)))


@kind
async def saved_last(session: Session, ask: Ask) -> None:
    """Ask that saved entries come after those that have a position, and have none."""
    root = (await session.send(ask.but(max_results=500))).root()
    kinds = ["/saved/" in text_of(item, "id") for item in some(root, "queue_item")]
    equal(kinds, sorted(kinds))
    equal(kinds, [not every(item, "position") for item in root.findall("queue_item")])


@kind
async def halves_add_up(session: Session, ask: Ask) -> None:
    """Ask that the whole queue is the available one and the saved one."""
    counts = [
        int(text_of((await session.send(ask.at(ask.path + tail))).root(), "number_of_results"))
        for tail in ("", "/available", "/saved")
    ]
    equal(counts[0], counts[1] + counts[2])


@kind
async def sorted_by(session: Session, ask: Ask, path: str, *, is_descending: bool) -> None:
    """Ask that entries come in the order of what stands at *path*."""
    items = some((await session.send(ask.but(max_results=500))).root(), "queue_item")
    found = [_sort_key(item, path) for item in items]
    equal(found, sorted(found, reverse=is_descending))


@kind
async def updated_since(session: Session, ask: Ask, item: str, *, form: str) -> None:
    """Ask that ``updated_min`` keeps what changed at that moment or later."""
    items = some((await session.send(ask.but(max_results=500))).root(), item)
    times = sorted(int(text_of(one, "updated")) for one in items)
    moment = times[len(times) // 2]
    kept = (await session.send(ask.but(max_results=500, updated_min=_moment(moment, form)))).root()
    equal(
        sorted(int(text_of(one, "updated")) for one in every(kept, item)), [t for t in times if t >= moment]
    )


@kind
async def entry_opens(session: Session, ask: Ask) -> None:
    """Ask that an entry's id leads to a queue of that one entry."""
    for item in some((await session.send(ask)).root(), "queue_item")[:2]:
        alone = (await session.send(get(text_of(item, "id")).by(Who.ME))).root()
        equal(alone.tag, "queue")
        equal_trees(some(alone, "queue_item")[0], item)
        equal(len(every(alone, "queue_item")), 1)


@kind
async def empty_queue(session: Session, ask: Ask) -> None:
    """Ask that an empty queue says 0 for its page and its etag (contract 8, 23)."""
    root = (await session.send(ask)).root()
    enough(text_of(root, "number_of_results") == "0", "the queue is not empty")
    equal((text_of(root, "results_per_page"), text_of(root, "etag")), ("0", "0"))


@kind
async def item_ids(session: Session, ask: Ask, item: str, pattern: str) -> None:
    """Ask that the id of an item is the list's address, its place if it has one, and the title's number."""
    base = await session.sample("b")
    user = await session.sample("u")
    for one in some((await session.send(ask)).root(), item):
        number = some(one, "link[@rel='http://schemas.netflix.com/catalog/title']")[0].get("href", "")
        wanted = pattern.replace("#", number.rpartition("/")[2]).replace("@", one.findtext("position") or "")
        equal(text_of(one, "id"), f"{base}/users/{user}{wanted}")


@kind
async def one_title_link(session: Session, ask: Ask, item: str) -> None:
    """Ask that an item says of one title that it is the item's."""
    for one in some((await session.send(ask)).root(), item):
        equal(len(one.findall("link[@rel='http://schemas.netflix.com/catalog/title']")), 1)


@kind
async def items_carry_title(session: Session, ask: Ask, item: str) -> None:
    """Ask that an item of 1.0 carries what the title itself says: name, picture, year, rating."""
    for one in some((await session.send(ask)).root(), item)[:3]:
        href = some(one, "link[@rel='http://schemas.netflix.com/catalog/title']")[0].get("href", "")
        alone = (await session.see(get(href))).root()
        for tag in ("title", "box_art", "release_year", "average_rating"):
            mine, theirs = every(one, tag)[:1], every(alone, tag)[:1]
            equal([(x.text, dict(x.attrib)) for x in mine], [(x.text, dict(x.attrib)) for x in theirs])


@kind
async def thin_items(session: Session, ask: Ask, item: str) -> None:
    """Ask that an item of 2.0 carries no title data unless it is expanded."""
    for one in some((await session.send(ask)).root(), item):
        equal([str(child.tag) for child in one if child.tag in {"title", "box_art", "runtime"}], [])


@kind
async def title_inside(session: Session, ask: Ask, item: str) -> None:
    """Ask that ``@title`` puts the whole title inside an item's link."""
    for one in some((await session.send(ask)).root(), item):
        inside = some(one, "link[@rel='http://schemas.netflix.com/catalog/title']")[0]
        equal([str(child.tag) for child in inside], ["catalog_title"])
        equal(text_of(inside[0], "id"), inside.get("href"))


@kind
async def newest_first(session: Session, ask: Ask, item: str) -> None:
    """Ask that a list of what happened begins with the latest."""
    found = [int(text_of(one, "updated")) for one in some((await session.send(ask)).root(), item)]
    equal(found, sorted(found, reverse=True))


@kind
async def lists_concatenated(session: Session, ask: Ask, item: str, *, parts: tuple[str, ...]) -> None:
    """Ask that a list is made of its parts: each part's entries are all there."""
    whole = {text_of(one, "id") for one in every((await session.send(ask.but(max_results=500))).root(), item)}
    for part in parts:
        root = (await session.send(ask.at(ask.path + part).but(max_results=500))).root()
        equal({text_of(one, "id") for one in every(root, item)} - whole, set())


@kind
async def predicted_order(session: Session, ask: Ask, path: str) -> None:
    """Ask that predictions lie between one and five."""
    found = [float(one.text or "0") for one in some((await session.send(ask)).root(), path)]
    that(all(1 <= value <= 5 for value in found), "1 to 5", found)


def _sort_key(item: Element, path: str) -> str | int:
    found = some(item, path)[0]
    text = found.get("regular") or (found.text or "").strip()
    return int(text) if text.isdigit() else _letters(text)


def _letters(text: str) -> str:
    """Return *text* as alphabets sort it: without accents, letter case and marks."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum() or letter == " ")


def _moment(seconds: int, form: str) -> str:
    if form == "unix":
        return str(seconds)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
