"""A few titles to have pictures of."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from PIL import Image

from gateway.origin import models
from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.models import Kind
from gateway.origin.settings import OriginSettings
from tests.databases import Databases

BASE = "http://api.netflix.com"
JAWS, SHORE, SEASON, EPISODE, DISC, NAMELESS = 1, 10, 11, 12, 13, 20


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio alone."""
    return "asyncio"


async def fill(url: str) -> None:
    """Make a database of a film, a series with what is below it, and a title of signs alone."""
    database = Database(url)
    await database.migrate()
    for rows in (_titles(), _genres()):
        async with database.write() as session:
            session.add_all(rows)
    await database.close()


def _titles() -> list[object]:
    facts: list[tuple[int, Kind, str, dict[str, object]]] = [
        (JAWS, Kind.MOVIE, "Jaws", {"release_year": 1975}),
        (SHORE, Kind.SERIES, "The Shore", {"release_year": 2009}),
        (NAMELESS, Kind.MOVIE, "忍者 🦈 \u202e", {}),
        (SEASON, Kind.SEASON, "The Shore: Season 2", {"parent_id": SHORE, "series_id": SHORE, "number": 2}),
        (EPISODE, Kind.PROGRAM, "The Shore: Season 2: Low Tide", {"short_name": "Low Tide", "number": 3}),
        (DISC, Kind.DISC, "Jaws: Bonus", {"parent_id": JAWS, "number": 2, "is_bonus": True}),
    ]
    below = {EPISODE: {"parent_id": SEASON, "series_id": SHORE}}
    return [
        models.Title(id=key, kind=kind, name=name, updated=1, **known, **below.get(key, {}))
        for key, kind, name, known in facts
    ]


def _genres() -> list[object]:
    return [
        models.Genre(id=1, label="Horror Movies"),
        models.Genre(id=2, label="Comedies"),
        models.TitleGenre(title_id=JAWS, genre_id=2, position=2),
        models.TitleGenre(title_id=JAWS, genre_id=1, position=1),
        models.TitleGenre(title_id=SHORE, genre_id=2, position=1),
    ]


@pytest.fixture
async def database(sqlite_databases: Databases) -> AsyncIterator[Database]:
    """Open a database of one's own."""
    opened = Database(sqlite_databases.copy(fill))
    yield opened
    await opened.close()


@pytest.fixture
async def any_database(databases: Databases) -> AsyncIterator[Database]:
    """Open a database of one's own; every kind has its turn."""
    opened = Database(databases.copy(fill))
    yield opened
    await opened.close()


@pytest.fixture
async def client(database: Database, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of an origin whose pictures are in a folder of its own."""
    app = create_app(database, OriginSettings(public_url=BASE, pictures=tmp_path / "pictures"))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as opened:
        yield opened


@pytest.fixture
def make_file(tmp_path: Path) -> Callable[..., Path]:
    """Return what writes a picture of one colour."""

    def make(
        colour: str = "#20c040", size: tuple[int, int] = (300, 420), name: str = "box.png", mode: str = "RGB"
    ) -> Path:
        file = tmp_path / name
        Image.new(mode, size, colour).save(file)
        return file

    return make
