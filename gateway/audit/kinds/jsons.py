"""Checks of JSON: mechanical in 1.0 and 1.5, designed in 2.0, wrapped for callbacks (contract 1.7, 1.8)."""

import re
from collections.abc import Iterator

import orjson

from gateway.audit.asking import Ask
from gateway.audit.audit import kind
from gateway.audit.documents import Reply, listing, mapping, text_of
from gateway.audit.failures import AuditFailed, enough, equal, that
from gateway.audit.mechanical import mechanical
from gateway.audit.session import Session


@kind
async def json_mirrors_xml(session: Session, ask: Ask, *, typed: bool = False) -> None:
    """Ask that the JSON of 1.0 is the XML, converted mechanically."""
    xml = (await session.see(ask)).root()
    found = (await session.see(ask.but(output="json"))).ok().json()
    _same(_trimmed(found), mechanical(xml, typed=typed), "")


@kind
async def json_one_key(session: Session, ask: Ask, name: str) -> None:
    """Ask for an object with one key, the name of the root."""
    equal(list(mapping((await session.see(ask)).ok().json())), [name])


@kind
async def json_singleton(session: Session, ask: Ask, name: str, item: str) -> None:
    """Ask that what occurs once is no array (1.0's quirk)."""
    found = (await session.see(ask.but(max_results=1))).ok().member(name).get(item)
    that(isinstance(found, dict), f"{item} as an object", found)


@kind
async def json_array(session: Session, ask: Ask, name: str, item: str) -> None:
    """Ask that what occurs twice is an array."""
    found = (await session.see(ask.but(max_results=2))).ok().member(name).get(item)
    equal(len(listing(found)), 2)


@kind
async def json_key_absent(session: Session, ask: Ask, name: str, item: str) -> None:
    """Ask that what does not occur has no key at all, not an empty array."""
    found = (await session.see(ask)).ok().member(name)
    that(item not in found, f"no key {item}", found.get(item))


@kind
async def json_strings(session: Session, ask: Ask, name: str) -> None:
    """Ask that every scalar of a list document is a string."""
    found = (await session.see(ask)).ok().member(name)
    wrong = [value for value in _scalars(found) if not isinstance(value, str)]
    equal(wrong, [])


@kind
async def json_typed(session: Session, ask: Ask, name: str, key: str, *, wanted: str) -> None:
    """Ask that a scalar of a user's or a status document has a type of its own."""
    found = (await session.see(ask)).ok().member(name).get(key)
    equal(type(found).__name__, wanted)


@kind
async def json_text_content(session: Session, ask: Ask, name: str, item: str) -> None:
    """Ask that text beside attributes is under the key ``content``."""
    items = (await session.see(ask)).ok().member(name).get(item)
    enough(items, f"no {item} to look at")
    first = mapping(items[0] if isinstance(items, list) else items)
    categories = first.get("category")
    found = [mapping(one) for one in (categories if isinstance(categories, list) else [categories])]
    wanted = [one for one in found if str(one.get("scheme", "")).endswith("/queue_availability")]
    that(wanted and wanted[0].get("content"), "a category with content", found)


@kind
async def jsonp(session: Session, ask: Ask, callback: str) -> None:
    """Ask for the JSON wrapped in a call, as a script."""
    plain = (await session.see(ask)).ok()
    reply = (await session.see(ask.but(callback=callback))).ok()
    equal(reply.headers.get("content-type", "").partition(";")[0], "application/javascript")
    found = re.fullmatch(re.escape(callback) + r"\((.*)\);", reply.text.strip(), re.DOTALL)
    if found is None:
        raise AuditFailed(f"{callback}(…);", reply.text)
    equal(orjson.loads(found[1]), plain.json())


@kind
async def jsonp_refused(session: Session, ask: Ask, callback: str) -> None:
    """Ask that nothing is wrapped in what is no name of a function."""
    reply = await session.send(ask.but(callback=callback))
    that(callback not in reply.text or reply.status == 400, f"nothing wrapped in {callback}", reply.text)
    equal(reply.status, 400)


@kind
async def jsonp_never(session: Session, ask: Ask) -> None:
    """Ask that a subscriber's documents are never scripts."""
    reply = await session.send(ask.but(output="json", callback="steal"))
    that(not reply.text.lstrip().startswith("steal("), "no script", reply.text)
    that(
        "javascript" not in reply.headers.get("content-type", ""), "no script", reply.headers["content-type"]
    )


@kind
async def accepts(session: Session, ask: Ask, accept: str, media: str) -> None:
    """Hold the type of an answer against *media* where the Accept header says *accept*."""
    reply = (await session.see(ask.headed("accept", accept))).ok()
    equal(reply.headers.get("content-type", "").partition(";")[0], media)


@kind
async def json2_list(session: Session, ask: Ask, key: str) -> None:
    """Ask for a list of 2.0: an array under *key*, the numbers of the page as numbers beside it."""
    found = _json2(await session.see(ask))
    listing(found.get(key))
    for name in ("number_of_results", "start_index", "results_per_page"):
        that(isinstance(found.get(name), int), f"{name} as a number", found.get(name))


@kind
async def json2_always_array(session: Session, ask: Ask, key: str) -> None:
    """Ask that a collection of one is an array in 2.0."""
    equal(len(listing(_json2(await session.see(ask.but(max_results=1))).get(key))), 1)


@kind
async def json2_key(session: Session, ask: Ask, key: str, *, wanted: str) -> None:
    """Ask for an object that has *key* with a value of a type."""
    found = _json2(await session.see(ask))
    that(key in found, f"the key {key}", list(found))
    equal(type(found[key]).__name__, wanted)


@kind
async def json2_field(session: Session, ask: Ask, pointer: str, *, wanted: str) -> None:
    """Ask for a value of a type at a path such as ``catalog_title/title``."""
    value: object = _json2(await session.see(ask))
    for name in pointer.split("/"):
        value = listing(value)[int(name)] if name.isdigit() else mapping(value).get(name)
    equal(type(value).__name__, wanted)


@kind
async def json2_links(session: Session, ask: Ask, aliases: tuple[str, ...]) -> None:
    """Ask for addresses under ``meta.links``, by alias."""
    found = mapping(mapping(_json2(await session.see(ask)).get("meta")).get("links"))
    wrong = {name: found.get(name) for name in aliases if not str(found.get(name)).startswith("http")}
    equal(wrong, {})


@kind
async def json2_same_titles(session: Session, ask: Ask, key: str, item: str) -> None:
    """Ask that the JSON of 2.0 lists what its XML lists, in its order."""
    names = [text_of(one, "id") for one in (await session.see(ask)).root().findall(item)]
    found = listing(_json2(await session.see(ask.but(output="json"))).get(key))
    equal([mapping(one).get("id") for one in found], names)


def _json2(reply: Reply) -> dict[str, object]:
    return mapping(reply.ok().json())


def _trimmed(value: object) -> object:
    if isinstance(value, dict):
        return {name: _trimmed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_trimmed(one) for one in value]
    return value.strip() if isinstance(value, str) else value


def _scalars(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        yield value
        return
    for one in value:
        yield from _scalars(one)


def _same(found: object, wanted: object, pointer: str) -> None:
    """Compare two JSON values and name the first place where they differ."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        that(found.keys() == wanted.keys(), f"{pointer}: {sorted(wanted)}", sorted(found))
        for name, one in wanted.items():
            _same(found[name], one, f"{pointer}/{name}")
    elif isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        for place, one in enumerate(wanted):
            _same(found[place], one, f"{pointer}/{place}")
    else:
        that(found == wanted and type(found) is type(wanted), f"{pointer}: {wanted!r}", found)
