"""The HTTP edge: one request in, one reply out, one line in the log."""

import logging
import time
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from gateway.origin.bulk import PREFIX, Limits, read_entries
from gateway.origin.bulkanswers import encode_answers
from gateway.origin.calls import read_view
from gateway.origin.dispatch import Dispatcher, refusal_of, report
from gateway.origin.eras import is_served
from gateway.origin.errors import AddressTooLong, Invalid, NotFound, Refusal, VerbRefused
from gateway.origin.hosts import Hosts
from gateway.origin.inquiries import Inquiry, read_parameters, read_verb
from gateway.origin.intake import Target, listening_port, read_inquiry, read_target
from gateway.origin.negotiation import wants_json
from gateway.origin.oauth.visitors import Visitor
from gateway.origin.paths import Address, Paths, Place
from gateway.origin.pictures.gallery import Gallery
from gateway.origin.replies import (
    Reply,
    reply_bulk,
    reply_document,
    reply_picture,
    reply_refusal,
    send_reply,
    suit,
)
from gateway.origin.representations.view import Output
from gateway.origin.routes.oauth import OAuthPages
from gateway.origin.routes.route import READS
from gateway.origin.settings import OriginSettings
from gateway.origin.streams import send_stream

_log: Final = logging.getLogger("gateway.origin.access")

_BULK_VERBS: Final = ("GET", "HEAD", "POST")
_BULK_OUTPUTS: Final = frozenset({Output.POX, Output.JSON})


class Service:
    """An ASGI application that answers every path."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        oauth: OAuthPages,
        gallery: Gallery,
        *,
        paths: Paths,
        settings: OriginSettings,
    ) -> None:
        self._dispatcher = dispatcher
        self._oauth = oauth
        self._gallery = gallery
        self._paths = paths
        self._settings = settings
        self._hosts = Hosts(settings)
        self._limits = Limits(entries=settings.bulk_entries, url_bytes=settings.entry_url_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        began = time.perf_counter()
        reply = await suit(await self._reply(scope, receive), Headers(scope=scope), scope["method"])
        size = await self._send(reply, receive, send, is_head=scope["method"] == "HEAD")
        milliseconds = 1000 * (time.perf_counter() - began)
        # The query string holds keys and signatures, so it is never written down.
        path = ascii(scope["path"])
        _log.info("%s %s %d %d bytes %.1f ms", scope["method"], path, reply.status, size, milliseconds)

    async def _send(self, reply: Reply, receive: Receive, send: Send, *, is_head: bool) -> int:
        if reply.parts is None or is_head:
            await send_reply(reply, send, is_head=is_head)
            return len(reply.body)
        try:
            return await send_stream(reply, receive, send, stall=self._settings.stall_seconds)
        except Exception as error:  # noqa: BLE001 - it has begun: all that is left is not to end it
            report(error)
            return len(reply.body)

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        is_json = False
        try:
            target = read_target(scope, self._hosts)
            address = self._address(target)
            if address is not None and address.place is Place.PICTURE:
                return reply_picture(await self._picture(address, scope["method"]))
            is_bulk = self._is_bulk(scope, target, address)
            inquiry = await read_inquiry(scope, receive, target, self._settings)
            is_json = wants_json(inquiry.parameters, inquiry.accept)
            if is_bulk:
                return await self._reply_bulk(scope, inquiry)
            if self._oauth.owns(inquiry.path):
                return await self._oauth.reply(inquiry, Visitor.of(scope, target.bases[0]))
            answer = (await self._dispatcher.answer([inquiry]))[0]
            if not isinstance(answer, Refusal):
                return reply_document(answer)
        except Refusal as refusal:
            answer = refusal
        except Exception as error:  # noqa: BLE001 - the edge: nothing of ours is shown to strangers
            answer = refusal_of(error)
        return reply_refusal(answer, self._paths.base, is_json=is_json)

    def _address(self, target: Target) -> Address | None:
        address = self._paths.read(target.path)
        if not is_served(self._settings.era, address):
            raise NotFound
        return address

    async def _picture(self, address: Address, verb: str) -> bytes:
        if verb not in READS:
            raise VerbRefused(READS)
        return await self._gallery.picture(address.id, address.name or "")

    def _is_bulk(self, scope: Scope, target: Target, address: Address | None) -> bool:
        if address is None or address.place is not Place.BULK:
            return False
        if scope["method"] != "POST" and target.size > self._settings.bulk_url_bytes:
            raise AddressTooLong(self._settings.bulk_url_bytes)
        return True

    async def _reply_bulk(self, scope: Scope, inquiry: Inquiry) -> Reply:
        own = [pair for pair in inquiry.parameters if not pair[0].startswith(PREFIX)]
        parameters = read_parameters(own)
        if read_verb(inquiry, parameters) not in _BULK_VERBS:
            raise VerbRefused(_BULK_VERBS)
        view = read_view(self._paths, parameters, inquiry.accept)
        if view.output not in _BULK_OUTPUTS or view.callback:
            raise Invalid("callback" if view.callback else "output")

        def bases(scheme: str, authority: str) -> tuple[str, ...]:
            return self._hosts.bases(authority, scheme=scheme, port=listening_port(scope))

        entries = read_entries(inquiry.parameters, bases, self._limits, view.output)
        answers = await self._dispatcher.answer([entry.inquiry for entry in entries])
        return reply_bulk(encode_answers(view, [entry.name for entry in entries], answers))
