"""What every request passes before it is looked at, outermost first."""

from collections.abc import Collection

from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from gateway.edge.cross_origin import CrossOrigin
from gateway.edge.gate import Gate
from gateway.edge.observing import Observing
from gateway.telemetry.events import Observer


def around(
    origins: Collection[str],
    hosts: Collection[str],
    observer: Observer,
    *,
    tls_for: int,
    proxies: Collection[str],
) -> list[Middleware]:
    """Return what stands around an application that pages at *origins* may read, asked as *hosts*.

    Browsers are to come by TLS alone for *tls_for* so many seconds. *proxies* are believed in where a request
    comes from, and nobody else.
    """
    behind = [Middleware(ProxyHeadersMiddleware, trusted_hosts=list(proxies))] if proxies else []
    return [
        *behind,
        Middleware(Gate, tls_for=tls_for),
        Middleware(CrossOrigin, origins=origins, hosts=hosts),
        Middleware(Observing, observer=observer),
    ]
