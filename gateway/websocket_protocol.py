"""WebSockets from clients that are slow, or send without end: what is held for them is bounded."""

import asyncio
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from gateway.holding import TOO_MUCH, Held, Holding

LAST_WORD_WITHIN: Final = 1.0
"""Seconds in which a client may answer the farewell on a WebSocket."""

MOST_PIECES: Final = 1_000
"""Frames of a message on a WebSocket."""

MOST_WAITING: Final = 100
"""Messages on a WebSocket that come at once: one read may bring ten thousand."""

_PIECE: Final = 64
"""Bytes that a piece of a message takes beside what is in it, about."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Drops a client that takes nothing any more; uvicorn would wait for ever until it has taken the rest.

    What comes at once is counted, be it messages or pieces of one: empty ones are within every length. What
    is held of all that is counted with what is held for all other connections.
    """

    def __init__(self, *args: Any, held: Held, **kwargs: Any) -> None:  # noqa: ANN401 - as uvicorn has them
        super().__init__(*args, **kwargs)
        self._held = held
        self._holding = Holding(held)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the place of a connection of HTTP."""
        self._held.sockets += 1
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Hold nothing more."""
        self._held.sockets -= 1
        self._holding.clear()
        super().connection_lost(exc)
        self.frames = []
        self.conn.reader.buffer.clear()
        # It knows the connection, which knows it: garbage of that kind is rarely looked for.
        self.conn.parser.close()

    def data_received(self, data: bytes) -> None:
        """Read on, as long as there is not too much of what cannot be taken yet."""
        super().data_received(data)
        self._holding.leave_unread(len(self.conn.reader.buffer))
        if self._holding.is_too_much:
            self._fail(CloseCode.TRY_AGAIN_LATER, TOO_MUCH)

    def shutdown(self) -> None:
        """Say goodbye and close; what is not open yet is refused, and nothing follows the refusal."""
        if self.handshake_complete or self.initial_response:
            super().shutdown()
            return
        self.disconnected = True
        self.conn.send_response(self.conn.reject(HTTPStatus.SERVICE_UNAVAILABLE, "The server stops."))
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()

    def handle_ping(self) -> None:
        """Answer, unless the client takes nothing: its pings would add up without end."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def handle_text(self, event: Frame) -> None:
        """Take a message, or the first piece of one."""
        self._begin(event)
        super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        """Take a message, or the first piece of one."""
        self._begin(event)
        super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        """Take a piece of a message."""
        if len(self.frames) < MOST_PIECES:
            self._holding.receive(_PIECE + len(event.data))
            super().handle_cont(event)
        else:
            self._fail(CloseCode.MESSAGE_TOO_BIG, f"A message may have at most {MOST_PIECES} pieces.")

    def send_receive_event_to_app(self) -> None:
        """Take a message; it is passed over where the application has said its last word."""
        if self.queue.qsize() < MOST_WAITING:
            if self.close_sent:
                self._holding.answered()
            super().send_receive_event_to_app()
        else:
            self.frames = []
            self._fail(CloseCode.POLICY_VIOLATION, f"At most {MOST_WAITING} messages may come at once.")

    async def receive(self) -> Any:  # noqa: ANN401 - as uvicorn has it
        """Give the application what has come."""
        event = await super().receive()
        if event["type"] == "websocket.receive":
            self._holding.answered()
        return event

    def pause_writing(self) -> None:
        """Wait for the client to take what is written, if there is room for it."""
        super().pause_writing()
        self._holding.leave_untaken(self.transport.get_write_buffer_size())
        if self._holding.is_too_much:
            self.transport.abort()

    def resume_writing(self) -> None:
        """Go on."""
        self._holding.leave_untaken(0)
        super().resume_writing()

    def _begin(self, event: Frame) -> None:
        self._holding.begin()
        self._holding.receive(_PIECE + len(event.data))

    def _fail(self, code: CloseCode, why: str) -> None:
        if not self.handshake_complete:
            self.transport.abort()
        elif not self.close_sent:
            self.conn.fail(code, why)
            self.handle_parser_exception()

    def keepalive_timeout(self) -> None:
        """Drop a client that does not answer: it would not take a farewell either."""
        super().keepalive_timeout()
        self.transport.abort()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Let go of a connection that nobody serves any more; uvicorn would wait for the client to say so."""
        super().on_task_complete(task)
        if self.writable.is_set():
            self.loop.call_later(LAST_WORD_WITHIN, self.transport.abort)
        else:
            self.transport.abort()
