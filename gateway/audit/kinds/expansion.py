"""Checks of what ``expand`` puts inside links (contract 1.9)."""

from gateway.audit.asking import Ask, get
from gateway.audit.audit import kind
from gateway.audit.documents import Element, everywhere, links, some, tree
from gateway.audit.failures import enough, equal, that
from gateway.audit.session import Session
from gateway.audit.vocabulary import ALIAS_RELS


@kind
async def expanded(session: Session, ask: Ask, alias: str, child: str) -> None:
    """Ask that a link holds one child, named *child*."""
    for link in await _links(session, ask, alias):
        equal([str(item.tag) for item in link], [child])


@kind
async def expanded_to_links(session: Session, ask: Ask, alias: str, rel: str) -> None:
    """Ask that an expansion holds links of *rel* with names, not whole records."""
    for link in await _links(session, ask, alias):
        for item in link[0]:
            if item.tag != "number_of_results":
                equal((item.tag, item.get("rel")), ("link", rel))
                that(item.get("title"), "a name", item.get("href"))


@kind
async def expanded_like_resource(session: Session, ask: Ask, alias: str) -> None:
    """Ask that what stands inside a link is the document that the link leads to."""
    for link in (await _links(session, ask, alias))[:2]:
        alone = (await session.see(get(link.get("href", "")))).root()
        equal(tree(link[0]), tree(alone))


@kind
async def expanded_names(session: Session, ask: Ask, alias: str, item: str) -> None:
    """Ask that an expansion lists those whom the resource lists, in its order."""
    for link in (await _links(session, ask, alias))[:2]:
        alone = (await session.see(get(link.get("href", ""), max_results=500))).root()
        found = [one.get("href") for one in link[0].findall("link")]
        equal(found, [one.findtext("id") for one in some(alone, item)])


@kind
async def not_expanded(session: Session, ask: Ask) -> None:
    """Ask that links are empty where nothing is to be expanded."""
    found = [item for item in everywhere((await session.see(ask)).root(), "link") if len(item)]
    equal([item.get("rel") for item in found], [])


@kind
async def only_expanded(session: Session, ask: Ask, alias: str) -> None:
    """Ask that only the link which was named is filled."""
    root = (await session.see(ask)).root()
    filled = {item.get("rel") for item in everywhere(root, "link") if len(item)}
    enough(list(everywhere(root, "link")), "no link to look at")
    equal(filled, {ALIAS_RELS[alias]})


@kind
async def expanded_together(session: Session, ask: Ask, aliases: tuple[str, ...]) -> None:
    """Ask that each of several names is heard, with a blank after the comma or none."""
    root = (await session.see(ask)).root()
    for alias in aliases:
        found = [item for item in everywhere(root, "link") if item.get("rel") == ALIAS_RELS[alias]]
        that(found and all(len(item) for item in found), f"{alias} expanded", "an empty link")


async def _links(session: Session, ask: Ask, alias: str) -> list[Element]:
    root = (await session.see(ask)).root()
    found = [item for parent in root.iter() for item in links(parent, ALIAS_RELS[alias])]
    enough(found, f"no link {alias} to look at")
    that(all(len(item) for item in found), f"{alias} expanded", "an empty link")
    return found
