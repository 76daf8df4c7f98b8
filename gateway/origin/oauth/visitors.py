"""What a browser tells of itself besides the request proper. Pure."""

from dataclasses import dataclass
from typing import Final, Self

from starlette.datastructures import Headers
from starlette.types import Scope

_OWN: Final = frozenset({"same-origin", "none"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who came, as far as headers say, and how."""

    address: str
    base: str
    """The scheme and host that the visitor knows us by."""
    cookies: str = ""
    origin: str | None = None
    fetch_site: str | None = None

    @classmethod
    def of(cls, scope: Scope, base: str) -> Self:
        """Read who sent a request to *base*."""
        headers = Headers(scope=scope)
        client: tuple[str, int] | None = scope.get("client")
        return cls(
            address=client[0] if client else "",
            base=base,
            cookies="; ".join(headers.getlist("cookie")),
            origin=headers.get("origin"),
            fetch_site=headers.get("sec-fetch-site"),
        )

    @property
    def is_secure(self) -> bool:
        """Whether nobody on the way can read or change what is sent."""
        return self.base.startswith("https:")

    @property
    def is_sent_from_elsewhere(self) -> bool:
        """Whether a browser says that another site made it send this; programs say nothing."""
        if self.fetch_site is not None:
            return self.fetch_site not in _OWN
        return self.origin is not None and self.origin != self.base

    @property
    def cookie(self) -> str | None:
        """Return our cookie; if somebody has planted a second one, neither counts."""
        pairs = (part.strip().partition("=") for part in self.cookies.split(";"))
        values = [value for name, _, value in pairs if name == self.cookie_name]
        return values[0] if len(values) == 1 else None

    @property
    def cookie_name(self) -> str:
        """Return what our cookie is called; the gateway's has another name, for cookies ignore ports.

        The prefix makes browsers refuse it from anybody but this very host, over TLS.
        """
        return "__Host-origin_visit" if self.is_secure else "origin_visit"

    def set_cookie(self, value: str) -> str:
        """Return the header that gives the visitor our cookie."""
        secure = "; Secure" if self.is_secure else ""
        return f"{self.cookie_name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}"
