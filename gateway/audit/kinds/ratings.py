"""Checks of ratings and title states (contract 3.10, 3.14), each of which puts back what it changed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.audit.asking import Ask, Who, get, post, put
from gateway.audit.audit import kind
from gateway.audit.documents import Element, Reply, categories, every, parse, some, text_of, tree
from gateway.audit.failures import enough, equal, that
from gateway.audit.samples import titles
from gateway.audit.session import Session

ACTUAL = "/users/{u}/ratings/title/actual"
NONE = "no_opinion"


@kind
async def rates(session: Session, value: str) -> None:
    """Ask that a rating is created and read back."""
    async with _unrated(session) as number:
        root = parse((await _rate(session, value)).content)
        equal((root.tag, text_of(root, "status_code")), ("status", "201"))
        equal(_value(await _rating(session, number)), value)


@kind
async def rates_again(session: Session) -> None:
    """Ask for 422 where a title has a rating already, which stays."""
    async with _unrated(session) as number:
        equal((await _rate(session, "4")).status, 201)
        reply = await _rate(session, "2")
        equal((reply.status, parse(reply.content).findtext("message")), (422, "Title has already been rated"))
        equal(_value(await _rating(session, number)), "4")


@kind
async def rerates(session: Session, value: str, *, way: str) -> None:
    """Ask that PUT, or GET that says it is one, changes a rating."""
    async with _unrated(session) as number:
        equal((await _rate(session, "4")).status, 201)
        path = f"{ACTUAL}/{number}"
        ask = put(path, rating=value) if way == "PUT" else get(path, rating=value, method=way)
        equal((await session.send(ask)).status, 200)
        equal(_value(await _rating(session, number)), value)


@kind
async def clears(session: Session) -> None:
    """Ask that ``no_opinion`` takes a rating away, after which the title may be rated anew."""
    async with _unrated(session) as number:
        equal((await _rate(session, "4")).status, 201)
        that(
            (await session.send(put(f"{ACTUAL}/{number}", rating=NONE))).status in {200, 201},
            "200 or 201",
            "else",
        )
        equal(_value(await _rating(session, number)), None)
        equal((await _rate(session, "5")).status, 201)


@kind
async def not_interested(session: Session) -> None:
    """Ask that ``not_interested`` is an attribute of an empty element."""
    async with _unrated(session) as number:
        equal((await _rate(session, "not_interested")).status, 201)
        found = some(await _rating(session, number), "user_rating")[0]
        equal((found.items(), (found.text or "").strip()), ([("value", "not_interested")], ""))


@kind
async def rates_item(session: Session) -> None:
    """Ask that a rating may be posted to the address of the rating."""
    async with _unrated(session) as number:
        reply = await session.send(post(f"{ACTUAL}/{number}", rating="3"))
        equal(reply.status, 201)
        equal(_value(await _rating(session, number)), "3")


@kind
async def rates_by_refs(session: Session) -> None:
    """Ask that the title may be named in ``title_refs``, as some clients do."""
    async with _unrated(session) as number:
        equal((await session.send(post(ACTUAL, title_refs="{movie}", rating="3"))).status, 201)
        equal(_value(await _rating(session, number)), "3")


@kind
async def bad_rating(session: Session, value: str) -> None:
    """Ask for 400 where a rating is no rating, and that none comes of it."""
    async with _unrated(session) as number:
        reply = await _rate(session, value)
        equal((reply.status, parse(reply.content).findtext("message")), (400, "rating is invalid"))
        equal(_value(await _rating(session, number)), None)


@kind
async def actual_only(session: Session) -> None:
    """Ask that a rating is in the actual list, and that the predicted list does not tell it."""
    async with _unrated(session):
        equal((await _rate(session, "4")).status, 201)
        predicted = (
            await session.send(get("/users/{u}/ratings/title/predicted", title_refs="{movie}"))
        ).root()
        equal([one.text for one in predicted.iter("user_rating")], [])
        actual = (await session.send(get(ACTUAL, title_refs="{movie}"))).root()
        equal([one.text for one in actual.iter("predicted_rating")], [])


@kind
async def one_per_reference(session: Session, path: str, item: str, count: int) -> None:
    """Ask for one item for each title that is named, in the order of their names."""
    hrefs = [text_of(title, "id") for title in await titles(session)][:count]
    enough(len(hrefs) == count, f"fewer than {count} titles")
    ask = post(path, title_refs=",".join(hrefs), method="GET")
    root = (await session.send(ask)).root()
    found = [_title(one) for one in root.findall(item)]
    equal(found, hrefs)


@kind
async def too_many_references(session: Session, path: str, count: int) -> None:
    """Ask that more references than allowed are refused."""
    refs = ",".join(["/catalog/titles/movies/1"] * count)
    reply = await session.send(post(path, title_refs=refs, method="GET"))
    equal(reply.status, 400)


@kind
async def references_of_hosts(session: Session, path: str, host: str) -> None:
    """Ask that a title may be named by either historic host, or by its path alone."""
    plain = (await session.send(get(path, title_refs="{movie}"))).root()
    tail = (await session.sample("movie")).removeprefix(await session.sample("b"))
    other = (await session.send(get(path, title_refs=f"{host}{tail}"))).root()
    equal(tree(other), tree(plain))


@kind
async def state_rules(session: Session, name: str, allowed: tuple[tuple[str, ...], ...]) -> None:
    """Ask that each format has its format and then one of the allowed series of states."""
    refs = ",".join(text_of(title, "id") for title in (await titles(session))[:50])
    root = (await session.send(post("/users/{u}/title_states", title_refs=refs, method="GET"))).root()
    found = {
        tuple(categories(one, "title_states"))
        for item in some(root, "title_state/title_state_item")
        if some(item, "link")[0].get("rel", "").endswith(f"/queues.{name}")
        for one in item.findall("format")
    }
    enough(found, f"no title is offered in the {name} queue")
    equal(found - set(allowed), set())


@kind
async def states_agree(session: Session, name: str) -> None:
    """Ask that what is queued is called queued, for every entry of the queue's order."""
    queue = (await session.send(get(f"/users/{{u}}/queues/{name}/available", max_results=20))).root()
    refs = [_title(item) for item in some(queue, "queue_item")]
    root = (await session.send(get("/users/{u}/title_states", title_refs=",".join(refs)))).root()
    for state in some(root, "title_state"):
        items = [one for one in state.findall("title_state_item") if _is_of(one, name)]
        terms = [
            term
            for item in items
            for one in item.findall("format")
            for term in categories(one, "title_states")
        ]
        that({"In Queue", "At Home"} & set(terms), f"In Queue for {_title(state)}", terms)


@asynccontextmanager
async def _unrated(session: Session) -> AsyncIterator[str]:
    """Lend a title without a rating, and give the one that it had back in the end."""
    number = await session.sample("number")
    async with session.lock("ratings"):
        before = _value(await _rating(session, number))
        if before is not None:
            await session.send(put(f"{ACTUAL}/{number}", rating=NONE))
        try:
            yield number
        finally:
            await session.send(put(f"{ACTUAL}/{number}", rating=NONE))
            if before is not None:
                await _rate(session, before)


async def _rate(session: Session, value: str) -> Reply:
    return await session.send(post(ACTUAL, title_ref="{movie}", rating=value))


async def _rating(session: Session, number: str) -> Element:
    root = (await session.send(Ask(path="/users/{u}/ratings/title", query=_refs(), who=Who.ME))).root()
    found = [one for one in every(root, "ratings_item") if text_of(one, "id").endswith(f"/{number}")]
    that(len(found) == 1, f"one item for {number}", len(found))
    return found[0]


def _refs() -> tuple[tuple[str, str], ...]:
    return (("title_refs", "{movie}"),)


def _value(item: Element) -> str | None:
    found = item.find("user_rating")
    if found is None:
        return None
    return found.get("value") or (found.text or "").strip()


def _title(item: Element) -> str:
    return some(item, "link[@rel='http://schemas.netflix.com/catalog/title']")[0].get("href", "")


def _is_of(item: Element, name: str) -> bool:
    return some(item, "link")[0].get("rel", "").endswith(f"/queues.{name}")
