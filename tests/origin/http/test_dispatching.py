"""Answers in time, or a refusal in time; and what is broken breaks nothing else."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from lxml import etree
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.settings import COMPAT, OriginSettings

from .conftest import JAWS, KEY, SCHEIDER, Signer, client_of, tree
from .test_bulk_requests import codes
from .test_resources import status

MOVIE = f"/catalog/titles/movies/{JAWS}"


class Faulty(Database):
    """A database whose sessions, from the *first* on, are handed out late or not at all."""

    def __init__(self, url: str, *, first: int, delay: float = 0, error: Exception | None = None) -> None:
        super().__init__(url)
        self._first = first
        self._delay = delay
        self._error = error
        self._opened = 0
        self.let_go = 0

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a session, unless it is the turn of the fault."""
        self._opened += 1
        if self._opened == self._first:
            try:
                await asyncio.sleep(self._delay)
            except asyncio.CancelledError:
                # Like a statement that cannot be interrupted: letting go takes as long as going on.
                await asyncio.sleep(self._delay)
                self.let_go += 1
                raise
            if self._error is not None:
                raise self._error
        async with super().read() as session:
            yield session


@pytest.mark.anyio
async def test_what_is_late_is_late_alone(catalog_url: str, settings: OriginSettings, sign: Signer) -> None:
    """A kind of entry that takes too long is 504; the others, and the whole answer, come in time."""
    # The first session looks up the consumer, the second reads the first kind of resource.
    database = Faulty(catalog_url, first=2, delay=0.4)
    app = create_app(database, replace(settings, entry_seconds=0.2))
    asked = {"entry_slow": sign(MOVIE), "entry_quick": sign(f"/catalog/people/{SCHEIDER}")}

    began = time.monotonic()
    async with client_of(app) as client:
        answer = await client.post("/bulk", data=asked)
    took = time.monotonic() - began

    assert codes(answer) == {"entry_slow": "504", "entry_quick": "200"}
    assert took < 0.35
    await asyncio.sleep(0.5)
    assert database.let_go == 1
    await database.close()


@pytest.mark.anyio
@pytest.mark.parametrize("first", [1, 2])
async def test_a_single_request_has_the_same_limit(
    catalog_url: str, settings: OriginSettings, sign: Signer, first: int
) -> None:
    """Whatever the database is slow at, the caller hears in time that it is."""
    database = Faulty(catalog_url, first=first, delay=0.2)
    async with client_of(create_app(database, replace(settings, entry_seconds=0.1))) as client:
        answer = await client.get(sign(MOVIE))

    assert (answer.status_code, tree(answer.content)) == (
        504,
        status(504, "The answer took longer than 0.1 seconds"),
    )
    await asyncio.sleep(0.3)
    await database.close()


@pytest.mark.anyio
@pytest.mark.parametrize("first", [1, 2])
async def test_what_breaks_is_not_shown_and_not_told(
    catalog_url: str, settings: OriginSettings, sign: Signer, first: int, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected error is a plain 500; the log says where it was, and nothing that was sent."""
    secret = RuntimeError("the secret is 1234567890")
    database = Faulty(catalog_url, first=first, error=secret)
    with caplog.at_level(logging.INFO):
        async with client_of(create_app(database, settings)) as client:
            answer = await client.get(sign(f"{MOVIE}?term=private"))
    await database.close()

    assert (answer.status_code, tree(answer.content)) == (500, status(500, "Internal error"))
    assert "RuntimeError, raised at" in caplog.text
    ours = "".join(record.getMessage() for record in caplog.records if record.name.startswith("gateway"))
    assert [word for word in ("1234567890", KEY, "private", "oauth") if word in ours] == []


@pytest.mark.anyio
async def test_a_broken_kind_of_entry_breaks_no_other(
    catalog_url: str, settings: OriginSettings, sign: Signer
) -> None:
    """When one group of entries breaks, the others are answered."""
    database = Faulty(catalog_url, first=2, error=RuntimeError())
    asked = {"entry_broken": sign(MOVIE), "entry_whole": sign(f"/catalog/people/{SCHEIDER}")}
    async with client_of(create_app(database, settings)) as client:
        answer = await client.post("/bulk", data=asked)
    await database.close()

    assert codes(answer) == {"entry_broken": "500", "entry_whole": "200"}


@pytest.mark.anyio
async def test_every_request_is_one_line_without_its_query(
    client: httpx.AsyncClient, sign: Signer, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names verb, path, status, size and time; keys and signatures stay out of it."""
    with caplog.at_level(logging.INFO, "gateway.origin.access"):
        answer = await client.get(sign(MOVIE))

    lines = [record.getMessage() for record in caplog.records if record.name == "gateway.origin.access"]
    assert [line.rpartition(" bytes ")[0] for line in lines] == [f"GET '{MOVIE}' 200 {len(answer.content)}"]


@pytest.mark.anyio
async def test_leniencies_are_named_at_start(
    database: Database, settings: OriginSettings, caplog: pytest.LogCaptureFixture
) -> None:
    """The log of the start has a line for each leniency that is in force, and none when none is."""
    strict = create_app(database, settings)
    lenient = create_app(database, replace(settings, compat=frozenset({"historic"})))

    async with strict.router.lifespan_context(strict), lenient.router.lifespan_context(lenient):
        lines = [record.getMessage() for record in caplog.records]

    assert lines == [f"compat {name}: {COMPAT[name]}" for name in sorted(COMPAT)]


@pytest.mark.anyio
async def test_a_websocket_is_closed(database: Database, settings: OriginSettings) -> None:
    """There is nothing here that talks back."""
    sent: list[object] = []

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def send(message: object) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/", "headers": [], "root_path": "", "scheme": "ws"}
    await create_app(database, settings)(scope, receive, send)

    assert sent == [{"type": "websocket.close", "code": 1000}]


@pytest.mark.anyio
async def test_characters_that_xml_cannot_hold_are_left_out(
    database: Database, client: httpx.AsyncClient, sign: Signer
) -> None:
    """A name or a text with control characters is still a document."""
    from gateway.origin import models  # noqa: PLC0415 - used in this test alone

    async with database.write() as session:
        title = await session.get_one(models.Title, JAWS)
        title.name, title.synopsis = "J\x0baws\ufffe", "a]]>b\x01c"

    movie, synopsis = await client.get(sign(MOVIE)), await client.get(sign(f"{MOVIE}/synopsis"))

    shown = etree.fromstring(movie.content).find("title")
    assert shown is not None
    assert (shown.get("regular"), etree.fromstring(synopsis.content).text) == ("Jaws", "a]]>bc")
