"""The pool of connections to the origin: what is sent as it was signed, once, and to where it may go."""

import logging
import socket
import ssl
from contextvars import ContextVar
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from yarl import URL

from gateway.upstream.addresses import Networks
from gateway.upstream.client import Limits

_log: Final = logging.getLogger(__name__)

# It would write every address with its query, and with it what people search for.
logging.getLogger("httpx").setLevel(logging.WARNING)

_address: ContextVar[str] = ContextVar("_address")


class _Transport(AiohttpTransport):
    """Sends every address as it is, and keeps no cookies: they may be somebody else's.

    aiohttp would write the escapes of an address anew, and what was signed would not be what is sent.
    """

    def __init__(self, pool: httpx.Limits, limits: Limits, tls: ssl.SSLContext | None) -> None:
        super().__init__(verify=True if tls is None else tls, limits=pool, trust_env=False)
        self._server = None if limits.connect_to is None else httpx.URL(limits.connect_to)
        self._sockets = _Sockets(limits.networks)

    def get_client(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=self.limits.max_connections or 0, ssl=self.ssl_context, socket_factory=self._sockets.open
        )
        jar = aiohttp.DummyCookieJar()
        return aiohttp.ClientSession(connector=connector, cookie_jar=jar, middlewares=(_send_as_it_is,))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._server is not None:
            # The header Host, which is there already, still says what the address says.
            at = self._server
            request.url = request.url.copy_with(scheme=at.scheme, host=at.host, port=at.port)
        _address.set(str(request.url))
        return await super().handle_async_request(request)


class _Sockets:
    """Opens sockets for addresses that connections may lead to.

    It is told each address right before the connection, when the name is found: whatever the name was found
    at before, and whatever is found at it later.
    """

    def __init__(self, networks: Networks) -> None:
        self._networks = networks

    def open(self, found: aiohttp.AddrInfoType) -> socket.socket:
        """Return a socket for what was *found*; raise ``PermissionError`` where it may not lead there."""
        family, kind, protocol, _name, address = found
        if not self._networks.have(str(address[0])):
            _log.warning(
                "The origin is at %s, which is not in GATEWAY_ORIGIN_NETWORKS; not asked.", address[0]
            )
            raise PermissionError(f"GATEWAY_ORIGIN_NETWORKS does not have {address[0]}.")
        return socket.socket(family, kind, protocol)


async def _send_as_it_is(
    request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    request.url = URL(_address.get(), encoded=True)
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        # aiohttp would send it again: a change of which nobody knows what has become, or a read that the
        # origin may have counted already, and that would have no permit of its own.
        raise aiohttp.ClientConnectionError("The connection broke.") from error


def open_http(limits: Limits, tls: ssl.SSLContext | None = None) -> httpx.AsyncClient:
    """Open the pool of connections to the origin; it follows no redirect and reads no proxy settings.

    *tls* says whom to trust, in place of the usual authorities.
    """
    pool = httpx.Limits(max_connections=limits.connections, max_keepalive_connections=limits.connections)
    return httpx.AsyncClient(
        transport=_Transport(pool, limits, tls),
        timeout=httpx.Timeout(limits.attempt, connect=limits.connect),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
        trust_env=False,
    )
