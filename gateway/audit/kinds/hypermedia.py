"""Checks of links and categories: relations, titles, hosts, and whether they lead anywhere (contract 4)."""

import re
from urllib.parse import urlsplit

from gateway.audit.asking import Ask, get
from gateway.audit.audit import kind
from gateway.audit.documents import every, everywhere, link, links, parse, some, text_of, tree
from gateway.audit.failures import enough, equal, that
from gateway.audit.session import Session
from gateway.audit.vocabulary import ALIAS_RELS, ALL_RELS, LINK_TITLES, NAMED_RELS, SCHEMES, S

OUTSIDE = frozenset({"alternate", f"{S}/catalog/titles/official_url", f"{S}/catalog/title/ref.tiny"})
"""Relations whose links may leave the API."""


@kind
async def known_rels(session: Session, ask: Ask) -> None:
    """Ask that every relation is one of the contract's table, to the character."""
    found = {item.get("rel") for item in everywhere((await session.see(ask)).root(), "link")}
    enough(found, "no link to look at")
    equal(found - ALL_RELS, set())


@kind
async def fixed_titles(session: Session, ask: Ask) -> None:
    """Ask that every link whose title is a fixed word has that word."""
    found = list(everywhere((await session.see(ask)).root(), "link"))
    enough(found, "no link to look at")
    rels = [(item.get("rel", ""), item.get("title")) for item in found if item.get("rel") in LINK_TITLES]
    equal([pair for pair in rels if pair[1] != LINK_TITLES[pair[0]]], [])


@kind
async def link_title(session: Session, ask: Ask, rel: str, title: str) -> None:
    """Hold the title of one link against *title*."""
    found = [item for item in everywhere((await session.see(ask)).root(), "link") if item.get("rel") == rel]
    that(found, f"a link {rel}", "none")
    equal({item.get("title") for item in found}, {await session.fill(title)})


@kind
async def link_target(session: Session, ask: Ask, rel: str, href: str) -> None:
    """Hold the address of a root's link against *href*."""
    equal(link((await session.see(ask)).root(), rel).get("href"), await session.fill(href))


@kind
async def named_links(session: Session, ask: Ask) -> None:
    """Ask that a link to a title or a person carries the name of what it leads to."""
    found = [
        item for item in everywhere((await session.see(ask)).root(), "link") if item.get("rel") in NAMED_RELS
    ]
    enough(found, "no link to a title or person to look at")
    that(all(item.get("title") for item in found), "a name", [item.get("href") for item in found])


@kind
async def link_attributes(session: Session, ask: Ask) -> None:
    """Ask that every link has href, rel and title, and nothing else."""
    found = {tuple(sorted(item.attrib)) for item in everywhere((await session.see(ask)).root(), "link")}
    equal(found, {("href", "rel", "title")})


@kind
async def one_host(session: Session, ask: Ask) -> None:
    """Ask that ids, links and schemes are absolute addresses on the one serving host."""
    root, base = (await session.see(ask)).root(), await session.sample("b")
    found = [item.get("href", "") for item in everywhere(root, "link") if item.get("rel") not in OUTSIDE]
    found += [item.get("scheme", "") for item in everywhere(root, "category")]
    found += [text for item in everywhere(root, "id") if "://" in (text := item.text or "")]
    equal([text for text in found if not text.startswith(f"{base}/")], [])


@kind
async def outside_links(session: Session, ask: Ask, rel: str, pattern: str) -> None:
    """Hold the address of links that leave the API against a regular expression."""
    found = [item for item in everywhere((await session.see(ask)).root(), "link") if item.get("rel") == rel]
    enough(found, f"no link {rel} to look at")
    wrong = [item.get("href") for item in found if not re.match(pattern, item.get("href", ""))]
    that(not wrong, pattern, wrong[:3])


@kind
async def below_id(session: Session, ask: Ask, alias: str, tail: str) -> None:
    """Ask that the link to a part of a title or person is its id and *tail*."""
    for item in some((await session.see(ask)).root(), "."):
        for found in links(item, ALIAS_RELS[alias]):
            equal(found.get("href"), f"{text_of(item, 'id')}/{tail}")


@kind
async def own_id(session: Session, ask: Ask) -> None:
    """Ask that the id of a resource is the address at which it was found."""
    root = (await session.see(ask)).root()
    equal(urlsplit(text_of(root, "id")).path, urlsplit(await session.fill(ask.path)).path)


@kind
async def ids_resolve(session: Session, ask: Ask, path: str) -> None:
    """Ask that the id of each item leads to the item."""
    for item in some((await session.see(ask)).root(), path)[:3]:
        found = (await session.see(get(text_of(item, "id")))).root()
        equal(text_of(found, "id"), text_of(item, "id"))


@kind
async def items_resolve(session: Session, ask: Ask, path: str) -> None:
    """Ask that the id of each item of a list leads to the list of that item alone."""
    root = (await session.see(ask)).root()
    for item in some(root, path)[:3]:
        found = (await session.see(get(text_of(item, "id")).by(ask.who))).root()
        equal((found.tag, [tree(one) for one in every(found, path)]), (root.tag, [tree(item)]))


@kind
async def same_inline(session: Session, ask: Ask, path: str) -> None:
    """Ask that a title in a list is the very document that its id leads to."""
    for item in some((await session.see(ask)).root(), path)[:3]:
        alone = (await session.see(get(text_of(item, "id")))).root()
        equal(tree(item)[1:], tree(alone)[1:])


@kind
async def links_lead_somewhere(session: Session, ask: Ask) -> None:
    """Ask that each link of a title leads to a document that is not empty: a missing link means no data."""
    root, base = (await session.see(ask)).root(), await session.sample("b")
    hrefs = [item.get("href", "") for item in root.findall("link") if item.get("rel") not in OUTSIDE]
    for href in hrefs:
        reply = await session.see(get(href))
        if href.startswith(base):
            that(reply.status == 200, f"200 at {href}", reply.status)
            found = parse(reply.content)
            that(len(found) or (found.text or "").strip(), f"content at {href}", reply.text)


@kind
async def known_schemes(session: Session, ask: Ask) -> None:
    """Ask that every scheme is one of the contract's table."""
    base = await session.sample("b")
    found = {item.get("scheme", "") for item in everywhere((await session.see(ask)).root(), "category")}
    enough(found, "no category to look at")
    wrong = {scheme for scheme in found if scheme.removeprefix(f"{base}/categories/") not in SCHEMES}
    equal({scheme for scheme in wrong if "/categories/genres/" not in scheme}, set())


@kind
async def category_triples(session: Session, ask: Ask) -> None:
    """Ask that every category has scheme, label and term together."""
    found = list(everywhere((await session.see(ask)).root(), "category"))
    enough(found, "no category to look at")
    equal({tuple(sorted(item.attrib)) for item in found}, {("label", "scheme", "term")})


@kind
async def category_terms(session: Session, ask: Ask, scheme: str, terms: tuple[str, ...]) -> None:
    """Ask that the categories of one scheme carry no other terms than the contract knows."""
    found = [
        item.get("term")
        for item in everywhere((await session.see(ask)).root(), "category")
        if item.get("scheme", "").endswith(f"/categories/{scheme}")
    ]
    enough(found, f"no category of {scheme} to look at")
    equal(set(found) - set(terms), set())


@kind
async def nested_categories(session: Session, ask: Ask, path: str, schemes: tuple[str, ...]) -> None:
    """Ask that categories nest from scheme to scheme, each level of one scheme."""
    for item in some((await session.see(ask)).root(), path):
        level = [item]
        for scheme in schemes:
            level = [child for parent in level for child in parent.findall("category")]
            wrong = [one.get("scheme") for one in level if not one.get("scheme", "").endswith(f"/{scheme}")]
            equal(wrong, [])
            if scheme == schemes[0]:
                that(level, f"a category of {scheme}", "none")


@kind
async def boxshots(session: Session, ask: Ask) -> None:
    """Ask that small, medium and large name the files tiny, small and large (contract 8, 43)."""
    for item in some((await session.see(ask)).root(), ".//box_art"):
        for name, file in (("small", "tiny"), ("medium", "small"), ("large", "large")):
            that(f"/boxshots/{file}/" in item.get(name, ""), f"/boxshots/{file}/", item.get(name))


@kind
async def similar_to_others(session: Session, ask: Ask, path: str, subject: str) -> None:
    """Ask that a list about a title does not hold the title itself, nor any title twice."""
    own = await session.sample(subject)
    ids = [text_of(item, "id") for item in every((await session.see(ask)).root(), path)]
    enough(ids, f"no {path} to look at")
    that(own not in ids, "other titles", own)
    equal(len(ids), len(set(ids)))


@kind
async def offered_in(session: Session, ask: Ask, terms: tuple[str, ...]) -> None:
    """Ask that each title found is offered in one of these formats."""
    root = (await session.see(ask.but(expand="@format_availability"))).root()
    for title in some(root, "catalog_title"):
        found = {item.get("term") for item in title.findall("link/delivery_formats/availability/category")}
        that(found & set(terms), f"one of {terms}", (text_of(title, "id"), sorted(map(str, found))))
