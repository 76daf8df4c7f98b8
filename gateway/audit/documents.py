"""The documents of an answer: XML read without trust, and compared as values. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import orjson
from lxml import etree

from gateway.audit.failures import AuditFailed, enough, that

Element = etree._Element  # noqa: SLF001  # lxml has no other name for it
Tree = tuple[str, tuple[tuple[str, str], ...], str, tuple["Tree", ...]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status, headers and the bytes that the API meant, after any inflating."""

    status: int
    headers: httpx.Headers
    content: bytes
    url: str

    @property
    def text(self) -> str:
        """Return the body as text, whatever it is."""
        return self.content.decode("utf-8", "replace")

    def ok(self) -> "Reply":
        """Return the reply itself, or fail when it is an error."""
        that(200 <= self.status < 300, "an answer of 2xx", f"{self.status} {self.text.strip()}")
        return self

    def root(self) -> Element:
        """Return the root of the XML document of a good answer."""
        return parse(self.ok().content)

    def json(self) -> object:
        """Return the JSON value of the body."""
        try:
            return orjson.loads(self.content)
        except orjson.JSONDecodeError as error:
            raise AuditFailed("a JSON document", f"{self.status} {self.text.strip()}") from error

    def member(self, name: str) -> dict[str, object]:
        """Return the object under the JSON document's one key *name*."""
        document = self.json()
        that(isinstance(document, dict) and name in document, f"an object with the key {name}", document)
        return mapping(mapping(document)[name])


def parse(content: bytes) -> Element:
    """Return the root element of *content*, which may hold no DTD."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise AuditFailed("a well-formed XML document", content[:200].decode("utf-8", "replace")) from error
    that(b"<!DOCTYPE" not in content[:1000], "no DTD", content[:200])
    return root


def mapping(value: object) -> dict[str, object]:
    """Return *value*, which must be a JSON object."""
    if not isinstance(value, dict):
        raise AuditFailed("a JSON object", value)
    return value


def listing(value: object) -> list[object]:
    """Return *value*, which must be a JSON array."""
    if not isinstance(value, list):
        raise AuditFailed("a JSON array", value)
    return value


def every(root: Element, path: str) -> list[Element]:
    """Return the elements at *path* below *root*; ``.`` is the root itself."""
    return [root] if path == "." else root.findall(path)


def some(root: Element, path: str) -> list[Element]:
    """Return the elements at *path*, at least one; skip where the list says that it has none."""
    found = every(root, path)
    enough(found or root.findtext("number_of_results") != "0", f"the list {root.tag} is empty")
    that(found, f"an element {path} in {root.tag}", [child.tag for child in root][:12])
    return found


def text_of(element: Element, path: str) -> str:
    """Return the text of the one child at *path*."""
    return (some(element, path)[0].text or "").strip()


def links(element: Element, rel: str) -> list[Element]:
    """Return the direct links of *element* that have *rel*."""
    return [link for link in element.findall("link") if link.get("rel") == rel]


def link(element: Element, rel: str) -> Element:
    """Return the one direct link with *rel*."""
    found = links(element, rel)
    that(len(found) == 1, f"one link {rel}", [item.get("rel") for item in element.findall("link")])
    return found[0]


def categories(element: Element, scheme: str) -> list[str]:
    """Return the terms of the direct categories whose scheme ends in ``/categories/`` and *scheme*."""
    ending = f"/categories/{scheme}"
    return [
        item.get("term") or ""
        for item in element.findall("category")
        if item.get("scheme", "").endswith(ending)
    ]


def everywhere(root: Element, tag: str) -> Iterator[Element]:
    """Yield each element named *tag*, at any depth."""
    return iter(root.iter(tag))


def tree(element: Element) -> Tree:
    """Return *element* as a value: name, attributes, text without outer blanks, children."""
    text = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
    attributes = tuple(sorted((str(name), str(value)) for name, value in element.attrib.items()))
    return str(element.tag), attributes, text, tuple(tree(child) for child in element)


def equal_trees(found: Element, wanted: Element) -> None:
    """Fail unless two documents are the same, and say where they first differ."""
    _differ(tree(found), tree(wanted), "")


def _differ(found: Tree, wanted: Tree, place: str) -> None:
    place = f"{place}/{wanted[0]}"
    that(found[:3] == wanted[:3], f"{place}: {wanted[:3]}", found[:3])
    names = [child[0] for child in wanted[3]]
    that([child[0] for child in found[3]] == names, f"{place}: {names}", [child[0] for child in found[3]])
    for one, other in zip(found[3], wanted[3], strict=True):
        _differ(one, other, place)
