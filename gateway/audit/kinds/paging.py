"""Checks of lists and their pages (contract 1.10, 1.11)."""

from gateway.audit.asking import Ask
from gateway.audit.audit import kind
from gateway.audit.documents import Element, every, parse, text_of
from gateway.audit.failures import enough, equal, that
from gateway.audit.session import Session

HEADER = ("url_template", "number_of_results", "start_index", "results_per_page")


@kind
async def list_header(session: Session, ask: Ask) -> None:
    """Ask for links, template, number, start and size in that order before the items."""
    names = [str(child.tag) for child in (await session.see(ask)).root() if child.tag != "etag"]
    start = next((place for place, name in enumerate(names) if name != "link"), len(names))
    equal(tuple(names[start : start + 4]), HEADER)


@kind
async def url_template(session: Session, ask: Ask, template: str) -> None:
    """Hold the template of addresses against the contract's."""
    equal(text_of((await session.see(ask)).root(), "url_template"), await session.fill(template))


@kind
async def default_page(session: Session, ask: Ask, size: int) -> None:
    """Ask for a page of *size* when nothing is said."""
    root = (await session.see(ask)).root()
    equal(text_of(root, "results_per_page"), str(size))
    that(len(_items(root)) <= size, f"at most {size} items", len(_items(root)))


@kind
async def page_size(session: Session, ask: Ask, size: int) -> None:
    """Ask for as many items as wanted, and for the size said again."""
    root = (await session.see(ask.but(max_results=size))).root()
    equal(text_of(root, "results_per_page"), str(size))
    left = int(text_of(root, "number_of_results")) - int(text_of(root, "start_index"))
    equal(len(_items(root)), min(size, left))


@kind
async def clamped(session: Session, ask: Ask, largest: int, *, asked: int = 0) -> None:
    """Ask that a page larger than the largest is cut, not refused, whatever number was *asked* for."""
    root = (await session.see(ask.but(max_results=asked or largest + 1))).root()
    equal(text_of(root, "results_per_page"), str(largest))


@kind
async def bad_page(session: Session, ask: Ask, value: str) -> None:
    """Ask for 400 with 120 where *value* is no size of a page."""
    reply = await session.send(ask.but(max_results=value))
    that(reply.status == 400, "400", f"{reply.status} {reply.text.strip()}")
    found = parse(reply.content)
    equal((found.findtext("status_code"), found.findtext("sub_code")), ("400", "120"))


@kind
async def start_echoed(session: Session, ask: Ask, start: int) -> None:
    """Ask that a page says where it starts."""
    root = (await session.see(ask.but(start_index=start))).root()
    equal(text_of(root, "start_index"), str(start))


@kind
async def pages_join(session: Session, ask: Ask, size: int) -> None:
    """Ask that two pages one after the other are the page of twice the size."""
    whole = _items((await session.see(ask.but(max_results=2 * size, start_index=0))).root())
    enough(len(whole) == 2 * size, f"fewer than {2 * size} items")
    first = _items((await session.see(ask.but(max_results=size, start_index=0))).root())
    second = _items((await session.see(ask.but(max_results=size, start_index=size))).root())
    equal([_name(item) for item in [*first, *second]], [_name(item) for item in whole])


@kind
async def same_total(session: Session, ask: Ask) -> None:
    """Ask that the number of results does not depend on the page."""
    one = (await session.see(ask.but(max_results=1))).root()
    other = (await session.see(ask.but(max_results=2, start_index=1))).root()
    equal(text_of(other, "number_of_results"), text_of(one, "number_of_results"))


@kind
async def past_the_end(session: Session, ask: Ask, *, start: int = 100_000) -> None:
    """Ask for an empty page behind the last item."""
    root = (await session.see(ask.but(start_index=start))).root()
    equal([_name(item) for item in _items(root)], [])
    that(
        int(text_of(root, "number_of_results")) >= 0,
        "a number of results",
        text_of(root, "number_of_results"),
    )


@kind
async def nothing_found(session: Session, ask: Ask) -> None:
    """Ask for a list of none where nothing is found."""
    root = (await session.see(ask)).root()
    equal((text_of(root, "number_of_results"), len(_items(root))), ("0", 0))


@kind
async def count_is_true(session: Session, ask: Ask) -> None:
    """Ask that the number of results is how many there are, where all fit on one page."""
    root = (await session.see(ask)).root()
    total, size = int(text_of(root, "number_of_results")), int(text_of(root, "results_per_page"))
    enough(total <= size, "more than one page")
    equal(len(_items(root)), total)


def _items(root: Element) -> list[Element]:
    return [child for child in root if child.tag not in {*HEADER, "link", "etag"}]


def _name(item: Element) -> str:
    return text_of(item, "id") if every(item, "id") else str(item.tag)
