"""A real origin on a real database and the gateway in front of it, both by HTTP on loopback."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import oauthlib.oauth1
import uvicorn
from lxml import etree
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.app import create_app
from gateway.contract import FORM, SCHEMAS
from gateway.edge.streams import Authenticate
from gateway.loaders.viewer import Viewer
from gateway.origin.app import create_app as create_origin
from gateway.origin.database import Database
from gateway.origin.demo.credentials import Person
from gateway.origin.settings import OriginSettings
from gateway.origin.start import Consumer, prepare
from gateway.serving import bind
from gateway.settings import Settings
from gateway.telemetry.events import Observer, silent
from gateway.upstream.signing import Credentials
from tests.gateway.graph import ALONE, USER


@dataclass
class Counter:
    """Stands before the origin and notes every HTTP request as the list of paths it asked for."""

    app: ASGIApp
    requests: list[list[str]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the request, then hand it on unread."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        messages: list[Message] = [await receive()]
        while messages[-1].get("more_body"):
            messages.append(await receive())
        body = b"".join(message.get("body", b"") for message in messages)
        if scope["path"].endswith("/bulk"):
            entries = [value for name, value in parse_qsl(body.decode()) if name.startswith("entry_")]
            self.requests.append([urlsplit(entry).path for entry in entries])
        else:
            self.requests.append([scope["path"]])
        waiting = iter(messages)

        async def again() -> Message:
            return next(waiting, None) or await receive()

        await self.app(scope, again, send)


@contextmanager
def serving(make_app: Callable[[str], ASGIApp]) -> Iterator[str]:
    """Serve on loopback what *make_app* makes for its address, and give that address."""
    listening = bind("127.0.0.1", 0, setting="PORT")
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(make_app(url), log_level="warning", access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    listening.listen()  # Who comes before the server has started waits.
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


@dataclass
class Stack:
    """A gateway in front of an origin: where it is, and what the origin was asked."""

    graph: str
    origin: str
    consumer: Consumer
    counter: Counter

    async def ask(
        self, query: str, variables: Mapping[str, object] | None = None, *, user: str | None = None
    ) -> dict[str, Any]:
        """Ask the graph, as the subscriber *user* if one is named; return the answer with what it cost."""
        async with httpx.AsyncClient(timeout=60) as client:
            response = await client.post(
                f"{self.graph}/graphql",
                json={"query": query, "variables": variables},
                headers={"x-gateway-explain": "analyze", **({USER: user} if user else {})},
            )
        answer: dict[str, Any] = response.json()
        return answer


@contextmanager
def stack(
    url: str,
    *,
    segments: Mapping[str, str] | None = None,
    people: Sequence[Person] = (),
    observer: Observer = silent,
    **settings: Any,  # noqa: ANN401
) -> Iterator[Stack]:
    """Run origin and gateway over the database at *url*; *segments* renames parts of the origin's paths.

    Of *people*, the gateway takes for signed in whom a request names; without any, people sign in themselves.
    """
    consumer = asyncio.run(prepare(url))
    counters: list[Counter] = []

    def origin_app(address: str) -> ASGIApp:
        app = create_origin(Database(url), OriginSettings(public_url=address), segments=segments or {})
        counters.append(Counter(app))
        return counters[0]

    def gateway_app(origin: str) -> ASGIApp:
        told = Settings(
            origin_url=origin,
            consumer_key=consumer.key,
            consumer_secret=consumer.secret,
            # What is compared are answers and requests, on machines however busy.
            origin_first_byte=60,
            origin_timeout=60,
            operation_timeout=60,
            **{**ALONE, "calls_per_operation": 1000, **settings},
        )
        return create_app(told, authenticate=named_people(people) if people else None, observer=observer)

    with serving(origin_app) as origin, serving(lambda _address: gateway_app(origin)) as graph:
        yield Stack(graph, origin, consumer, counters[0])


def named_people(people: Sequence[Person]) -> Authenticate:
    """Return what takes whom of *people* a request names for signed in."""
    viewers = {each.user_id: Viewer(each.user_id, Credentials(each.token, each.secret)) for each in people}

    async def authenticate(request: HTTPConnection) -> Viewer | None:
        return viewers.get(request.headers.get(USER, ""))

    return authenticate


class PlainClient:
    """Reads the REST API link by link, one signed request each: the slow way, to compare with."""

    def __init__(self, stack: Stack, person: Person | None = None) -> None:
        self._stack = stack
        token = {"resource_owner_key": person.token, "resource_owner_secret": person.secret} if person else {}
        self._sign = oauthlib.oauth1.Client(stack.consumer.key, client_secret=stack.consumer.secret, **token)
        self._http = httpx.Client(timeout=30)

    def read(self, url: str) -> etree._Element:
        """Return the document at *url*."""
        joint = "&" if "?" in url else "?"
        signed, headers, _body = self._sign.sign(f"{url}{joint}v=1.5")
        response = self._http.get(signed, headers=headers)
        response.raise_for_status()
        return etree.fromstring(response.content)

    def follow(self, document: etree._Element, rel: str, parameters: str = "") -> etree._Element | None:
        """Return the document behind the link *rel* of *document*, if it has one."""
        for link in document.findall("link"):
            if link.get("rel") in {f"{SCHEMAS}/{rel}", f"{SCHEMAS}/catalog/{rel}"}:
                return self.read(str(link.get("href")) + parameters)
        return None

    def post(self, url: str, **form: str) -> int:
        """Post *form* to *url*, and return the status of the answer."""
        signed, headers, body = self._sign.sign(url, "POST", urlencode(form), {"content-type": FORM})
        return self._http.post(signed, content=body, headers=headers).status_code

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
