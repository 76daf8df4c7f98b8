"""Which hosts we answer for, and under which addresses a request may have been signed. Pure."""

import re
from typing import Final
from urllib.parse import urlsplit

from gateway.origin.settings import HISTORIC_HOSTS, OriginSettings

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_HISTORIC: Final = frozenset({"api.netflix.com", "api-public.netflix.com", "api-user.netflix.com"})
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}
_AUTHORITY: Final = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[0-9a-z._-]+)(?::(?P<port>[0-9]{1,5}))?")

HISTORIC_BASES: Final = tuple(
    f"{scheme}://{host}" for host in sorted(_HISTORIC) for scheme in ("http", "https")
)


class Hosts:
    """The allow-list: our public host, this machine's own names, and the historic hosts if wanted."""

    def __init__(self, settings: OriginSettings) -> None:
        public = urlsplit(settings.public_url)
        self.public = _short(public.scheme, public.netloc.lower())
        self._public_base = f"{public.scheme}://{self.public}"
        self._public_scheme = public.scheme
        self._port = public.port
        self._is_historic = HISTORIC_HOSTS in settings.compat

    def bases(self, authority: str, *, scheme: str = "http", port: int | None = None) -> tuple[str, ...]:
        """Return what a request to *authority* may have been signed for; nothing if it is not ours.

        The scheme of our public host comes from the settings: a proxy may have ended TLS. *port* is the
        one that the connection came in by.
        """
        bases = self._own_bases(authority.lower(), scheme, port)
        return (*bases, *HISTORIC_BASES) if bases and self._is_historic else bases

    def _own_bases(self, authority: str, scheme: str, port: int | None) -> tuple[str, ...]:
        if _short(self._public_scheme, authority) == self.public:
            return (self._public_base,)
        found = _AUTHORITY.fullmatch(authority)
        if found is None:
            return ()
        named = int(found["port"] or _DEFAULT_PORTS.get(scheme, ":0")[1:])
        if found["host"] in LOOPBACK and named in {port, self._port}:
            return (f"{scheme}://{_short(scheme, authority)}",)
        if found["host"] in _HISTORIC and self._is_historic:
            return (f"{scheme}://{_short(scheme, authority)}",)
        return ()


def _short(scheme: str, authority: str) -> str:
    """Return *authority* without the port that goes without saying (RFC 5849, 3.4.1.2)."""
    return authority.removesuffix(_DEFAULT_PORTS.get(scheme, ""))
