"""Lists: which page of what is shown, and the header that says so. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from gateway.origin.representations.elements import Element, add

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page:
    """The stretch of a list that was asked for."""

    start: int
    size: int

    def of(self, items: Sequence[Item]) -> Sequence[Item]:
        """Return what of *items* is on this page."""
        return items[self.start : self.start + self.size]


def template(href: str, *variables: str) -> str:
    """Return the URL template of a resource (contract 1.11)."""
    return f"{href}?{{-join|&|{'|'.join(variables)}}}"


def add_header(parent: Element, url_template: str, page: Page, *, total: int) -> None:
    """Append the header that every paged list has (contract 1.10)."""
    add(parent, "url_template", url_template)
    add(parent, "number_of_results", total)
    add(parent, "start_index", page.start)
    add(parent, "results_per_page", page.size)
