"""Writes the origin's documents for tests, in as few words as a test needs."""

from typing import Final
from xml.sax.saxutils import escape, quoteattr

ORIGIN: Final = "http://o.test"
"""Where the origin of the tests is."""


def link(rel: str, path: str, name: str = "", inside: str = "") -> str:
    """Return a link to *path*, or to any address; *inside* is what is expanded in it."""
    return (
        f"<link href={quoteattr(address(path))} rel={quoteattr(rel)} title={quoteattr(name)}>{inside}</link>"
    )


def address(path: str) -> str:
    """Return *path* at the origin; what is no path stays as it is."""
    return f"{ORIGIN}{path}" if path.startswith("/") and not path.startswith("//") else path


def title(path: str, name: str, *children: str) -> str:
    """Return the record of a title."""
    return _title("catalog_title", path, name, *children)


def _title(root: str, path: str, name: str, *children: str) -> str:
    names = f"<title short={quoteattr(name)} regular={quoteattr(name)}></title>"
    return f"<{root}><id>{escape(address(path))}</id>{names}{''.join(children)}</{root}>"


def person(path: str, name: str, *children: str) -> str:
    """Return the record of a person."""
    return f"<person><id>{address(path)}</id><name>{escape(name)}</name>{''.join(children)}</person>"


def listing(root: str, *items: str, total: int | None = None, start: int = 0, size: int = 25) -> str:
    """Return a list with a paging header; items of *root* are named as the contract names them."""
    header = "" if total is None else _header(total, start, size)
    named = "".join(items)
    if item := _ITEMS.get(root):
        named = named.replace("catalog_title>", f"{item}>")
    return f"<{root}>{header}{named}</{root}>"


_ITEMS: Final = {"similars": "similars_item", "filmography": "filmography_item"}


def _header(total: int, start: int, size: int) -> str:
    return (
        f"<number_of_results>{total}</number_of_results>"
        f"<start_index>{start}</start_index><results_per_page>{size}</results_per_page>"
    )


def page(root: str, items: list[str], parameters: dict[str, str]) -> str:
    """Return the page of *items* that *parameters* ask for."""
    start, size = int(parameters.get("start_index", 0)), int(parameters.get("max_results", 25))
    return listing(root, *items[start : start + size], total=len(items), start=start, size=size)


def text(root: str, html: str) -> str:
    """Return a synopsis or a short synopsis."""
    return f"<{root}><![CDATA[{html}]]></{root}>"


def category(scheme: str, label: str, *nested: str) -> str:
    """Return a category whose term is its label."""
    named = quoteattr(label)
    return f'<category scheme="{ORIGIN}{scheme}" label={named} term={named}>{"".join(nested)}</category>'


def status(code: int, message: str = "") -> str:
    """Return a status document."""
    return f"<status><status_code>{code}</status_code><message>{escape(message)}</message></status>"
