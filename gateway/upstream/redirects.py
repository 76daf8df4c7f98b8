"""Where the origin sends us on to, and who goes there.

A redirect is a link: it leads to the origin itself, or nowhere. Whoever follows one asks anew, with another
signature and as one more call. Only a GET of a resource does: neither a bulk request nor a change.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol, TypeVar
from urllib.parse import urljoin

from gateway.resources import Href
from gateway.upstream.errors import Redirected
from gateway.upstream.href import Origin

MOST_HOPS: Final = 3
"""How often a read follows one after the other."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

T = TypeVar("T")


class Answer(Protocol):
    """What is looked at of an answer."""

    @property
    def status(self) -> int:
        """Return the status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers by lower-case name."""
        ...


def sent_on(answer: Answer, href: Href, origin: Origin) -> Href | None:
    """Return where the *answer* of *href* sends us on to, if it does; raise ``ForeignLink`` off *origin*."""
    location = answer.headers.get("location")
    if answer.status not in _REDIRECTS or location is None:
        return None
    return origin.resolve(urljoin(href, location))


async def follow(href: Href, ask: Callable[[Href], Awaitable[T]]) -> T:
    """Return what *ask* returns of *href*, or of where it is sent on to; raise ``Redirected`` at last."""
    for _ in range(MOST_HOPS):
        try:
            return await ask(href)
        except Redirected as redirect:
            href = redirect.to
    return await ask(href)
