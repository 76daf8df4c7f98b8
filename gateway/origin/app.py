"""The composition root of the origin: the only place where its parts meet."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from gateway.origin.database import Database
from gateway.origin.dispatch import Dispatcher
from gateway.origin.health import health
from gateway.origin.paths import SEGMENTS, Paths
from gateway.origin.pictures.gallery import Gallery
from gateway.origin.routes.oauth import OAuthPages
from gateway.origin.service import Service
from gateway.origin.settings import COMPAT, OriginSettings, compat_names

_log: Final = logging.getLogger(__name__)


def create_app(
    database: Database, settings: OriginSettings, *, segments: Mapping[str, str] = SEGMENTS
) -> Starlette:
    """Return the origin over *database*, which it closes in the end.

    *segments* rename the parts of titles and people in paths.
    """
    paths = Paths(settings.public_url, segments)
    dispatcher = Dispatcher(database, paths, settings)
    oauth = OAuthPages(database, settings, dispatcher.gate)
    gallery = Gallery(database, settings.pictures)
    service = Service(dispatcher, oauth, gallery, paths=paths, settings=settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        for name in sorted(compat_names(settings.compat)):
            _log.warning("compat %s: %s", name, COMPAT[name])
        saving = asyncio.create_task(dispatcher.gate.keep_saving())
        yield
        saving.cancel()
        await asyncio.wait({saving})
        await database.close()

    routes = [*health(database), Mount("/", app=service)]
    return Starlette(routes=routes, middleware=_behind(settings.proxies), lifespan=lifespan)


def _behind(proxies: Sequence[str]) -> list[Middleware]:
    """Take a visitor's address from our own proxies; anybody else's word for it counts for nothing."""
    return [Middleware(ProxyHeadersMiddleware, trusted_hosts=list(proxies))] if proxies else []
