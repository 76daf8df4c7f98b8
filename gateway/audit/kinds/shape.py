"""Checks of an XML document's shape: names, order, attributes, texts (contract 1.6, 3)."""

import re

from lxml import etree

from gateway.audit.asking import Ask
from gateway.audit.audit import kind
from gateway.audit.documents import Element, every, some
from gateway.audit.failures import enough, equal, that
from gateway.audit.session import Session
from gateway.audit.vocabulary import S


@kind
async def root(session: Session, ask: Ask, name: str) -> None:
    """Hold the name of the document's root against *name*."""
    equal((await session.see(ask)).root().tag, name)


@kind
async def prolog(session: Session, ask: Ask) -> None:
    """Ask for the XML declaration of the recorded documents."""
    content = (await session.see(ask)).ok().content
    that(
        re.match(rb"<\?xml version=[\"']1\.0[\"'] standalone=[\"']yes[\"']\?>", content),
        '<?xml version="1.0" standalone="yes"?>',
        content[:60],
    )


@kind
async def no_namespace(session: Session, ask: Ask) -> None:
    """Ask for a document without namespaces."""
    found = {key for element in (await session.see(ask)).root().iter() for key in element.nsmap.items()}
    equal(found, set())


@kind
async def utf8(session: Session, ask: Ask) -> None:
    """Ask for bytes that are UTF-8."""
    content = (await session.see(ask)).ok().content
    that(content.decode("utf-8", "replace").encode() == content, "UTF-8", content[:80])


@kind
async def open_and_close(session: Session, ask: Ask) -> None:
    """Ask that empty elements are written with two tags, as recorded."""
    found = re.search(rb"<[^<>]*/>", (await session.see(ask)).ok().content)
    equal(found and found[0], None)


@kind
async def cdata(session: Session, ask: Ask, tag: str) -> None:
    """Ask that rich text stands in a CDATA section."""
    reply = await session.see(ask)
    enough(some(reply.root(), f".//{tag}" if reply.root().tag != tag else "."), f"no {tag}")
    that(re.search(rf"<{tag}>\s*<!\[CDATA\[", reply.text), f"<{tag}><![CDATA[", reply.text)


@kind
async def children(session: Session, ask: Ask, path: str, names: tuple[str, ...]) -> None:
    """Ask that the elements at *path* hold children of these names only; ``+`` marks what must be there."""
    known = {name.removesuffix("+") for name in names}
    for element in some((await session.see(ask)).root(), path):
        found = {str(child.tag) for child in element}
        equal(found - known, set())
        equal({name.removesuffix("+") for name in names if name.endswith("+")} - found, set())


@kind
async def order(session: Session, ask: Ask, path: str, slots: tuple[str, ...]) -> None:
    """Ask that children stand in the order of *slots*; ``a|b`` share a place, others may stand anywhere."""
    places = {name: place for place, names in enumerate(slots) for name in names.split("|")}
    for element in some((await session.see(ask)).root(), path):
        named = [name for child in element if (name := slot(child)) in places]
        equal(named, sorted(named, key=places.__getitem__))


@kind
async def only_slots(session: Session, ask: Ask, path: str, slots: tuple[str, ...]) -> None:
    """Ask that nothing stands in a document which this version does not know."""
    for element in some((await session.see(ask)).root(), path):
        equal({slot(child) for child in element} - set("|".join(slots).split("|")), set())


@kind
async def attributes(session: Session, ask: Ask, path: str, names: tuple[str, ...]) -> None:
    """Ask that the elements at *path* have these attributes and no others; ``?`` marks one that may lack."""
    for element in some((await session.see(ask)).root(), path):
        found = {str(name) for name in element.attrib}
        equal(found - {name.removesuffix("?") for name in names}, set())
        equal({name for name in names if not name.endswith("?")} - found, set())


@kind
async def texts(session: Session, ask: Ask, path: str, pattern: str) -> None:
    """Hold the text of each element at *path* against a regular expression."""
    wanted = await session.fill(pattern)
    found = every((await session.see(ask)).root(), path)
    enough(found, f"no {path} to look at")
    wrong = [item.text for item in found if not re.fullmatch(wanted, (item.text or "").strip(), re.DOTALL)]
    that(not wrong, wanted, wrong[:3])


@kind
async def values(session: Session, ask: Ask, path: str, *, name: str, pattern: str) -> None:
    """Hold one attribute of each element at *path* against a regular expression."""
    wanted = await session.fill(pattern)
    found = every((await session.see(ask)).root(), path)
    enough(found, f"no {path} to look at")
    wrong = [item.get(name) for item in found if not re.fullmatch(wanted, item.get(name, ""))]
    that(not wrong, wanted, wrong[:3])


@kind
async def present(session: Session, ask: Ask, path: str) -> None:
    """Ask that something stands at *path*."""
    some((await session.see(ask)).root(), path)


@kind
async def absent(session: Session, ask: Ask, path: str) -> None:
    """Ask that nothing stands at *path*."""
    found = every((await session.see(ask)).root(), path)
    equal([etree.tostring(item)[:100] for item in found], [])


@kind
async def at_most_one(session: Session, ask: Ask, path: str, names: tuple[str, ...]) -> None:
    """Ask that none of these slots stands twice below an element."""
    for element in some((await session.see(ask)).root(), path):
        found = [name for name in map(slot, element) if name in "|".join(names).split("|")]
        equal(found, list(dict.fromkeys(found)))


@kind
async def alphabetical(session: Session, ask: Ask, path: str, attribute: str) -> None:
    """Ask that the elements at *path* come in the order of the alphabet."""
    found = [item.get(attribute, "").casefold() for item in some((await session.see(ask)).root(), path)]
    equal(found, sorted(found))


@kind
async def contains_term(session: Session, ask: Ask, path: str, attribute: str) -> None:
    """Ask that what a partial name finds contains it at the beginning of a word."""
    term = await session.fill(dict(ask.query)["term"])
    found = [item.get(attribute, "") for item in some((await session.see(ask)).root(), path)]
    wrong = [name for name in found if not re.search(rf"\b{re.escape(term)}", name, re.IGNORECASE)]
    that(not wrong, f"names with {term}", wrong[:3])


@kind
async def found_first(session: Session, ask: Ask, path: str) -> None:
    """Ask that a search for a whole name puts a title of that name first (contract 8, 53)."""
    term = await session.fill(dict(ask.query)["term"])
    first = some((await session.see(ask)).root(), path)[0]
    equal(first.get("regular", "").casefold(), term.casefold())


def slot(element: Element) -> str:
    """Return what *element* is among its siblings: its name, and the relation or scheme of one of many."""
    if element.tag == "link":
        return f"link:{element.get('rel', '').removeprefix(S)}"
    if element.tag == "category":
        return f"category:{element.get('scheme', '').rpartition('/categories/')[2]}"
    return str(element.tag)
