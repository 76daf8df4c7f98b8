"""Whether a browser was made to send something by another site. Pure.

What a cookie authenticates and what changes something counts only if the browser says that our own page, or
the person directly, sent it.
"""

from typing import Final
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

_OWN: Final = frozenset({"same-origin", "none"})
_SAFE: Final = frozenset({"GET", "HEAD"})


class Guard:
    """Knows the address that browsers know us by."""

    def __init__(self, public_url: str) -> None:
        url = urlsplit(public_url)
        self._origin = f"{url.scheme}://{url.netloc}"

    def check(self, connection: HTTPConnection) -> None:
        """Raise ``HTTPException`` 403 if *connection* may be another site's doing.

        Requests that only read pass, but not WebSockets, which may do anything later.
        """
        if connection.scope["type"] == "http" and connection.scope["method"] in _SAFE:
            return
        if not self.is_own(connection):
            raise HTTPException(
                403, "A cookie counts only with `Sec-Fetch-Site: same-origin` or with our own `Origin`."
            )

    def is_own(self, connection: HTTPConnection) -> bool:
        """Whether a browser says that we made it send this."""
        site = connection.headers.get("sec-fetch-site")
        if site is not None:
            return site in _OWN
        return connection.headers.get("origin") == self._origin
