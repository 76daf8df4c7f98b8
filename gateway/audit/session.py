"""The one place where audits touch the network: fill in, sign, pace, send, remember."""

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import unquote, urlsplit

import httpx
from lxml import etree

from gateway.audit.asking import Ask, Pairs, Place, Who
from gateway.audit.credentials import Credentials
from gateway.audit.documents import Element, Reply
from gateway.audit.failures import AuditFailed, AuditSkipped, that
from gateway.audit.pace import Pace
from gateway.audit.signing import Keys, authorization, oauth_pairs, urlencoded

_PLACE: Final = re.compile(r"\{([a-z][a-z0-9_.]*)\}")
_OVER: Final = re.compile(r"over queries per second|Service is over queries", re.IGNORECASE)
FORM: Final = "application/x-www-form-urlencoded"
PATIENCE: Final = 5
"""How often a request is repeated that came too soon for the API's limit."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The head of a large document: its headers, the name of its root, its first items."""

    headers: httpx.Headers
    root: str
    items: list[Element]


Finder = Callable[["Session", str], Awaitable[str]]


@dataclass(slots=True, kw_only=True)
class Session:
    """A conversation with one API: who speaks, how fast, and what was learnt on the way."""

    client: httpx.AsyncClient
    base: str
    credentials: Credentials
    find: Finder
    """What finds a sample by its name: the name of a place in a text."""
    pace: Pace = field(default_factory=Pace)
    clock: Callable[[], float] = time.time
    facts: dict[str, str] = field(default_factory=dict)
    _replies: dict[Ask, Reply] = field(default_factory=dict)
    _locks: defaultdict[object, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def keys(self, who: Who) -> Keys:
        """Return what signs for *who*."""
        return self.credentials.keys(who)

    async def sample(self, name: str) -> str:
        """Return what stands for *name* in this API, found once."""
        async with self._locks[name]:
            if name not in self.facts:
                self.facts[name] = await self._found(name)
        fact = self.facts[name]
        if fact.startswith("\0"):
            raise AuditSkipped(fact[1:])
        return fact

    async def fill(self, text: str) -> str:
        """Return *text* with a sample in each of its places."""
        parts = _PLACE.split(text)
        for place in range(1, len(parts), 2):
            parts[place] = await self.sample(parts[place])
        return "".join(parts)

    async def read(self, ask: Ask) -> Reply:
        """Return the answer to *ask*, which is asked once in a session: for what does not change."""
        async with self._locks[ask]:
            if ask not in self._replies:
                self._replies[ask] = await self.send(ask)
        return self._replies[ask]

    async def see(self, ask: Ask) -> Reply:
        """Return the answer to *ask*: a remembered one for the catalog, a new one for a subscriber."""
        is_public = ask.verb == "GET" and ask.who is Who.APP and "/users/" not in ask.path
        return await (self.read(ask) if is_public else self.send(ask))

    async def send(self, ask: Ask) -> Reply:
        """Send *ask* now; one that comes too soon for the API's limit is repeated a little later."""
        for attempt in range(PATIENCE):
            reply = await self._exchange(await self.request(ask))
            if reply.status != 403 or not _OVER.search(reply.text):
                break
            await asyncio.sleep(0.3 * 2**attempt)
        return reply

    async def rush(self, ask: Ask) -> Reply:
        """Send *ask* now, whatever the limits are."""
        return await self._exchange(await self.request(ask), paced=False)

    async def beginning(self, ask: Ask, tag: str, count: int) -> Beginning:
        """Return the first *count* elements named *tag* of an answer that may be very large."""
        parser = etree.XMLPullParser(("start", "end"), resolve_entities=False, no_network=True)
        elements: list[Element] = []
        items: list[Element] = []
        await self.pace.wait()
        async with aclosing(await self.client.send(await self.request(ask), stream=True)) as response:
            that(response.status_code == 200, "200", response.status_code)
            async for chunk in response.aiter_bytes(8192):
                parser.feed(chunk)
                for event, element in parser.read_events():
                    if isinstance(element, Element):
                        (elements if event == "start" else items).append(element)
                items = [item for item in items if item.tag == tag]
                if len(items) >= count:
                    break
            root = str(elements[0].tag) if elements else ""
            return Beginning(response.headers, root, items[:count])

    def forget(self) -> None:
        """Forget what was read, but not which samples were found."""
        self._replies.clear()

    def lock(self, name: str) -> asyncio.Lock:
        """Return the lock of what audits change and put right again."""
        return self._locks[("lock", name)]

    async def fetch(self, url: str) -> Reply:
        """Return the answer to a GET of *url* as it stands."""
        return await self._exchange(httpx.Request("GET", url, headers={"accept-encoding": "identity"}))

    async def signed(self, ask: Ask) -> str:
        """Return the address of *ask*, signed, as an entry of a bulk request carries it."""
        return str((await self.request(replace(ask, place=Place.QUERY))).url)

    async def request(self, ask: Ask) -> httpx.Request:
        """Return the request that *ask* describes, signed once everything is filled in."""
        filled = await self._filled(ask)
        url = self.address(filled.path)
        filled, url = _merged_with_query_of(filled, url)
        return self._built(filled, url, self._oauth(filled, url))

    def address(self, place: str) -> str:
        """Return where *place*, a path or an address in a document, is asked for."""
        if place.startswith("/"):
            return self.base + place
        public = self.facts.get("b", self.base)
        return self.base + place[len(public) :] if place.startswith(public) else place

    def _oauth(self, ask: Ask, url: str) -> Pairs:
        if ask.who is Who.NOBODY:
            return ask.oauth
        if ask.who is Who.KEY:
            key = {"oauth_consumer_key": self.credentials.key} | dict(ask.oauth)
            return tuple(key.items())
        keys = self.keys(ask.who)
        if ask.token is not None:
            keys = Keys(keys.key, keys.secret, *ask.token)
        return oauth_pairs(ask, keys, url, self.clock())

    def _built(self, ask: Ask, url: str, oauth: Pairs) -> httpx.Request:
        headers = {"accept-encoding": "identity", "user-agent": "audit"}
        query, form = ask.query, ask.form
        if ask.place is Place.HEADER:
            headers["authorization"] = authorization(oauth)
        elif ask.place is Place.FORM:
            form = (*(form or ()), *oauth)
        else:
            query = (*query, *oauth)
        content = ask.content
        if form is not None and content is None:
            content = urlencoded(form).encode()
            headers["content-type"] = FORM
        headers |= dict(ask.headers)
        whole = f"{url}?{urlencoded(query)}" if query else url
        return httpx.Request(
            ask.verb,
            whole,
            headers=headers,
            content=content,
            extensions={"target": _target(whole, ask)} if ask.absolute else None,
        )

    async def _exchange(self, request: httpx.Request, *, paced: bool = True) -> Reply:
        if paced:
            await self.pace.wait()
        try:
            response = await self.client.send(request)
        except httpx.HTTPError as error:
            raise AuditFailed("an answer", f"{type(error).__name__}: {error}") from error
        return Reply(response.status_code, response.headers, response.content, str(request.url))

    async def _filled(self, ask: Ask) -> Ask:
        form = None if ask.form is None else await self._filled_pairs(ask.form)
        content = ask.content
        if content is not None:
            content = (await self.fill(content.decode("latin-1"))).encode("latin-1")
        return replace(
            ask,
            path=await self.fill(ask.path),
            query=await self._filled_pairs(ask.query),
            form=form,
            content=content,
        )

    async def _filled_pairs(self, pairs: Pairs) -> Pairs:
        return tuple([(name, await self.fill(value)) for name, value in pairs])

    async def _found(self, name: str) -> str:
        try:
            return await self.find(self, name)
        except AuditSkipped as skipped:
            return f"\0{skipped.reason}"


def _target(url: str, ask: Ask) -> bytes:
    """Return the request target that is a whole URL, on another host where *ask* wants one."""
    parts = urlsplit(url)
    return parts._replace(netloc=ask.target_host or parts.netloc).geturl().encode()


def _merged_with_query_of(ask: Ask, url: str) -> tuple[Ask, str]:
    """Move the query that an address out of a document carries to the parameters."""
    parts = urlsplit(url)
    if not parts.query:
        return ask, url
    pairs = tuple(
        (unquote(name), unquote(value.replace("+", " ")))
        for name, _, value in (part.partition("=") for part in parts.query.split("&"))
    )
    named = {name for name, _ in ask.query}
    kept = tuple(pair for pair in pairs if pair[0] not in named)
    return replace(ask, query=(*kept, *ask.query)), url.partition("?")[0]
