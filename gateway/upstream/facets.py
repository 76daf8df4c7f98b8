"""Reads what belongs to a title and holds no titles itself: texts, awards, formats, languages. Pure."""

from collections.abc import Iterable, Iterator

from gateway import resources
from gateway.contract import Rel, Scheme
from gateway.resources import Href
from gateway.upstream.pox import Node, as_integer, as_moment


def read_text(node: Node) -> resources.Text:
    """Read a synopsis: its HTML as it is."""
    return resources.Text(node.content())


def read_link(node: Node, content: resources.Content | None = None) -> resources.Link | None:
    """Read a link without what may be expanded inside it, if it leads anywhere."""
    # Addresses are taken as they are: a blank in one is for whoever follows it to refuse.
    rel, href = node.element.get("rel"), node.element.get("href")
    if not rel or not href:
        return None
    return resources.Link(rel, Href(href), node.attribute("title") or "", content)


def by_rel(links: Iterable[resources.Link]) -> resources.Links:
    """Return *links* by relation; the first of each counts."""
    found: dict[str, resources.Link] = {}
    for link in links:
        found.setdefault(link.rel, link)
    return found


def read_header(node: Node) -> tuple[int | None, int, int | None]:
    """Read how many items a list has, at which of them its page begins, and how many are on a page."""
    size = node.integer("results_per_page")
    return node.integer("number_of_results"), node.integer("start_index") or 0, size or None


def read_category(node: Node) -> resources.Category | None:
    """Read a category with those nested in it; label and term stand in for each other."""
    scheme, label, term = node.attribute("scheme"), node.attribute("label"), node.attribute("term")
    if scheme is None or (name := label or term) is None:
        return None
    nested = tuple(read_categories(node)) if len(node.element) else ()
    return resources.Category(_without_host(scheme), name, term or name, nested)


def read_categories(node: Node) -> Iterator[resources.Category]:
    """Read the categories directly below *node*."""
    for child in node.every("category"):
        if (category := read_category(child)) is not None:
            yield category


def of_scheme(categories: tuple[resources.Category, ...], scheme: str) -> resources.Category | None:
    """Return the first of *categories* that is of *scheme*."""
    return next((category for category in categories if category.scheme == scheme), None)


def read_awards(node: Node) -> resources.Awards:
    """Read the awards and nominations of a title."""
    children = node.every("award_winner", "award_winning", "award_nominee")
    return resources.Awards(tuple(filter(None, map(_read_award, children))))


def _read_award(node: Node) -> resources.Award | None:
    category = next(read_categories(node), None)
    if category is None:
        return None
    links = filter(None, map(read_link, node.every("link")))
    return resources.Award(
        name=category.term,
        body=category.scheme.rpartition("/")[2],
        is_won=node.name != "award_nominee",
        year=as_integer(node.attribute("year")),
        person=next((link for link in links if link.rel == Rel.PERSON), None),
    )


def read_delivery_formats(node: Node) -> resources.DeliveryFormats:
    """Read when a title is to be had in which format."""
    return resources.DeliveryFormats(tuple(filter(None, map(_read_availability, node.every("availability")))))


def _read_availability(node: Node) -> resources.Availability | None:
    categories = tuple(read_categories(node))
    title_format = of_scheme(categories, Scheme.TITLE_FORMATS)
    if title_format is None:
        return None
    # 2.0 puts the quality into the format; beside it is tolerated.
    quality = of_scheme((*title_format.nested, *categories), Scheme.QUALITY)
    return resources.Availability(
        format=title_format.label,
        available_from=as_moment(node.attribute("available_from")),
        available_until=as_moment(node.attribute("available_until")),
        quality=quality.label if quality else None,
        runtime=node.integer("runtime"),
    )


def read_screen_formats(node: Node) -> resources.ScreenFormats:
    """Read the picture shapes of a title."""
    return resources.ScreenFormats(
        tuple(
            resources.ScreenFormat(title_format.label, shape.label)
            for categories in map(tuple, map(read_categories, node.every("screen_format")))
            if (title_format := of_scheme(categories, Scheme.TITLE_FORMATS)) is not None
            for shape in categories
            if shape.scheme == Scheme.SCREEN_FORMATS
        )
    )


def read_languages_and_audio(node: Node) -> resources.LanguagesAndAudio:
    """Read the sound tracks of a title: by format, then by language."""
    return resources.LanguagesAndAudio(
        tuple(
            resources.LanguageAudio(
                title_format.label, language.label, _labels(language.nested, Scheme.AUDIO)
            )
            for item in node.every("language_audio_format")
            for title_format in read_categories(item)
            if title_format.scheme == Scheme.TITLE_FORMATS
            for language in title_format.nested
            if language.scheme == Scheme.LANGUAGES
        )
    )


def read_autocomplete(node: Node) -> resources.Suggestions:
    """Read the names that complete what was typed."""
    titles = filter(None, (item.first("title") for item in node.every("autocomplete_item")))
    names = (title.attribute("short") or title.attribute("regular") for title in titles)
    return resources.Suggestions(tuple(filter(None, names)))


def _without_host(scheme: str) -> str:
    """Cut off the host and the base path: the service changed its host, and the scheme with it."""
    start = scheme.find("/categories/")
    if start >= 0:
        return scheme[start:]
    return "/" + scheme.partition("//")[2].partition("/")[2] if "//" in scheme else scheme


def _labels(categories: tuple[resources.Category, ...], scheme: str) -> tuple[str, ...]:
    return tuple(category.label for category in categories if category.scheme == scheme)
