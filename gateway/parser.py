"""Reads requests by httptools, and goes on where a client offers another protocol that is not taken.

httptools takes whatever follows such an offer for the other protocol, even the body of the request. Some
clients make the offer with a first request of any kind (Java's, for HTTP/2), and are to be answered as if
they had not.
"""

from typing import Final, Protocol

import httptools

_HEAD: Final = b"POST / HTTP/1.1\r\nHost: a\r\n%b: %b\r\n\r\n"
"""Before which a body is read as it is after any other."""


class Taker(Protocol):
    """Is told what is read, as httptools tells it, and whether to go over to another protocol."""

    headers: list[tuple[bytes, bytes]]
    """Of the request that is being read; names in lower case."""

    def takes_offer(self) -> bool:
        """Whether the protocol is changed after the head of the request."""

    def on_message_begin(self) -> None:
        """Begin a request."""

    def on_url(self, url: bytes) -> None:
        """Take a piece of the address."""

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""

    def on_headers_complete(self) -> None:
        """Take note that the head is over."""

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""

    def on_message_complete(self) -> None:
        """Take note that the request is over."""


class Parser:
    """What uvicorn needs of httptools' parser; tells *taker* what it reads."""

    def __init__(self, taker: Taker) -> None:
        self._taker = taker
        self._framing: tuple[bytes, bytes] | None = None
        """How the body is to be read that httptools is about to leave out."""
        self._is_silent = False
        self._parser = self._new()

    def _new(self) -> httptools.HttpRequestParser:
        parser = httptools.HttpRequestParser(self)
        parser.set_dangerous_leniencies(lenient_data_after_close=True)  # As uvicorn has it: answered first.
        return parser

    def feed_data(self, data: bytes) -> None:
        """Read *data*; raise what httptools raises, ``HttpParserUpgrade`` for an offer that is taken."""
        while data:
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                if self._taker.takes_offer():
                    raise
                data = data[offer.args[0] :]
                self._go_on()
            else:
                return

    def close(self) -> None:
        """Let go of who knows us, which both do: garbage of that kind is rarely looked for."""
        del self._parser, self._taker

    def get_http_version(self) -> str:
        """Return the version of the request."""
        return self._parser.get_http_version()

    def get_method(self) -> bytes:
        """Return the method of the request."""
        return self._parser.get_method()

    def should_keep_alive(self) -> bool:
        """Whether the connection is to be kept."""
        return self._parser.should_keep_alive()

    def should_upgrade(self) -> bool:
        """Whether another protocol is offered."""
        return self._parser.should_upgrade()

    def on_message_begin(self) -> None:
        """Pass it on."""
        if not self._is_silent:
            self._taker.on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Pass it on."""
        if not self._is_silent:
            self._taker.on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Pass it on."""
        if not self._is_silent:
            self._taker.on_header(name, value)

    def on_headers_complete(self) -> None:
        """Pass it on, and remember the body that httptools will not read."""
        if self._is_silent:
            return
        self._taker.on_headers_complete()
        if self._parser.should_upgrade() and not self._taker.takes_offer():
            self._framing = _framing(self._taker.headers)

    def on_body(self, body: bytes) -> None:
        """Pass it on."""
        self._taker.on_body(body)

    def on_message_complete(self) -> None:
        """Pass it on, unless the body is yet to come."""
        if self._framing is None:
            self._taker.on_message_complete()

    def _go_on(self) -> None:
        """Begin anew, in the middle of the request if it has a body."""
        self._parser = self._new()
        if self._framing is not None:
            framing, self._framing, self._is_silent = self._framing, None, True
            self._parser.feed_data(_HEAD % framing)
            self._is_silent = False


def _framing(headers: list[tuple[bytes, bytes]]) -> tuple[bytes, bytes] | None:
    """Return the header that says how the body is to be read; nothing where there is none."""
    for name, value in headers:
        if name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0")):
            return name, value
    return None
