"""A small catalog behind the origin's HTTP, and someone who signs."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import httpx
import pytest
from lxml import etree
from oauthlib.oauth1 import SIGNATURE_TYPE_QUERY, Client
from starlette.types import ASGIApp

from gateway.origin import models
from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.models import Kind, RatingSystem, Role
from gateway.origin.settings import OriginSettings
from tests.databases import Databases

BASE = "http://api.netflix.com"
KEY, SECRET = "123456789012345678901234", "1234567890"
DISABLED = "000000000000000000000000"
NOW = 1_300_000_000


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run on asyncio."""
    return "asyncio"


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: float = NOW

    def __call__(self) -> float:
        """Return the moment."""
        return self.now


@dataclass
class Signer:
    """Signs addresses the way a program of the time would, with a nonce of its own for each."""

    clock: Clock
    key: str = KEY
    secret: str = SECRET
    base: str = BASE
    nonces: Iterable[int] = field(default_factory=itertools.count)

    def __call__(self, path: str, verb: str = "GET") -> str:
        """Return the whole address of *path*, signed in its query."""
        nonce = f"nonce-{next(iter(self.nonces))}"
        client = Client(
            self.key,
            self.secret,
            signature_type=SIGNATURE_TYPE_QUERY,
            nonce=nonce,
            timestamp=str(int(self.clock.now)),
        )
        url, _, _ = client.sign(self.base + path, http_method=verb)  # type: ignore[arg-type]
        return str(url)


@pytest.fixture
def clock() -> Clock:
    """Stand at a moment of 2011."""
    return Clock()


@pytest.fixture
def sign(clock: Clock) -> Signer:
    """Sign for the consumer that the catalog knows."""
    return Signer(clock)


@pytest.fixture
def catalog_url(databases: Databases) -> str:
    """Return the address of a catalog of one's own; every kind of database has its turn."""
    return databases.copy(fill)


@pytest.fixture
async def database(catalog_url: str) -> AsyncIterator[Database]:
    """Open the catalog."""
    opened = Database(catalog_url)
    yield opened
    await opened.close()


@pytest.fixture
def settings(clock: Clock) -> OriginSettings:
    """Return the settings of the historic host."""
    return OriginSettings(public_url=BASE, clock=clock)


@pytest.fixture
def make_client(database: Database, settings: OriginSettings) -> Callable[..., httpx.AsyncClient]:
    """Return what makes clients of an origin whose settings differ by what is named."""

    def make(segments: Mapping[str, str] | None = None, **changes: object) -> httpx.AsyncClient:
        changed = replace(settings, **changes)  # type: ignore[arg-type]
        return client_of(create_app(database, changed, segments=segments or {}))

    return make


@pytest.fixture
async def client(make_client: Callable[..., httpx.AsyncClient]) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of the origin as it is by default."""
    async with make_client() as opened:
        yield opened


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    """Return a client that reaches *app* without a network, and asks for nothing on its own."""
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url=BASE, headers={"accept-encoding": "identity"})


Tree = tuple[str, tuple[tuple[str, str], ...], str, tuple["Tree", ...]]


def tree(document: bytes) -> Tree:
    """Return *document* as a value: names, attributes in order, texts without the blanks around them."""
    return _tree(etree.fromstring(document, etree.XMLParser(remove_comments=True)))


def _tree(element: etree._Element) -> Tree:
    text = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
    attributes = tuple((str(name), str(value)) for name, value in element.attrib.items())
    return element.tag, attributes, text, tuple(_tree(child) for child in element)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """Open the database at *url* for a while."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def fill(url: str) -> None:
    """Write the catalog."""
    async with opened(url) as database:
        await database.migrate()
        for rows in (_titles(), _people(), _facts(), _consumers()):
            async with database.write() as session:
                session.add_all(rows)
        # What is copied must not be half in a journal.
        async with database.write() as session:
            await session.connection()


def _title(id: int, kind: Kind, name: str, **facts: object) -> models.Title:
    return models.Title(id=id, kind=kind, name=name, updated=1_290_000_000, **facts)


JAWS, PIRANHA, SHORE, SEASON, LOW_TIDE, DISC, BONUS, SEASON_DISC = (
    60001220,
    70000001,
    70140001,
    70140010,
    70140011,
    70230001,
    70230002,
    70230003,
)


def _titles() -> list[object]:
    series = {"series_id": SHORE}
    return [
        _title(
            JAWS,
            Kind.MOVIE,
            "Jaws",
            release_year=1975,
            runtime=7440,
            average_rating=3.94,
            maturity_level=90,
            synopsis="A shark & a town.<p>They meet.",
            short_synopsis="Shark <b>meets</b> town.",
            official_url="http://www.jaws.example/",
        ),
        _title(PIRANHA, Kind.MOVIE, "Piranha: Small & Many"),
        _title(SHORE, Kind.SERIES, "The Shore", release_year=2009, synopsis="Tides."),
        _title(SEASON, Kind.SEASON, "The Shore: Season 1", parent_id=SHORE, number=1, **series),
        _title(
            LOW_TIDE,
            Kind.PROGRAM,
            "The Shore: Season 1: Low Tide",
            short_name="Low Tide",
            runtime=1800,
            parent_id=SEASON,
            number=1,
            **series,
        ),
        _title(DISC, Kind.DISC, "Jaws: Disc 1", parent_id=JAWS, number=1),
        _title(BONUS, Kind.DISC, "Jaws: Bonus", parent_id=JAWS, number=2, is_bonus=True),
        _title(SEASON_DISC, Kind.DISC, "The Shore: Season 1: Disc 1", parent_id=SEASON, number=1, **series),
    ]


SCHEIDER, DREYFUSS, SPIELBERG, FIELDS = 82729, 25823, 87835, 20000099


def _people() -> list[object]:
    return [
        models.Person(id=SCHEIDER, name="Roy Scheider", bio="Born in <i>Orange</i>."),
        models.Person(id=DREYFUSS, name="Richard Dreyfuss"),
        models.Person(id=SPIELBERG, name="Steven Spielberg"),
        models.Person(id=FIELDS, name="Verna Fields"),
        models.Genre(id=1, label="Thrillers"),
        models.Genre(id=2, label="Children & Family"),
    ]


def _facts() -> list[object]:
    cast = [(JAWS, SCHEIDER), (JAWS, DREYFUSS), (SHORE, SCHEIDER)]
    genres = [(JAWS, 1), (JAWS, 2), (PIRANHA, 1), (SHORE, 2)]
    return [
        *(
            models.Credit(title_id=title, role=Role.CAST, person_id=person, position=place)
            for place, (title, person) in enumerate(cast)
        ),
        models.Credit(title_id=JAWS, role=Role.DIRECTOR, person_id=SPIELBERG, position=0),
        *(
            models.TitleGenre(title_id=title, genre_id=genre, position=place)
            for place, (title, genre) in enumerate(genres)
        ),
        models.MaturityRating(title_id=JAWS, system=RatingSystem.MPAA, label="PG"),
        models.MaturityRating(title_id=JAWS, system=RatingSystem.CA, label="14A"),
        models.MaturityRating(title_id=SHORE, system=RatingSystem.TV, label="TV-14"),
        *_awards(),
        *_formats(),
    ]


def _awards() -> list[object]:
    award = {"title_id": JAWS, "body": "academy_awards", "year": 1976}
    return [
        models.Award(name="Best Film Editing", is_won=True, person_id=FIELDS, position=0, **award),
        models.Award(name="Best Picture", is_won=False, position=1, **award),
        models.Award(title_id=JAWS, body="afi", name="Top 100", is_won=True, position=2),
    ]


def _formats() -> list[object]:
    offer = {"title_id": JAWS}
    return [
        models.Availability(
            format="instant",
            available_from=1_262_304_000,
            available_until=4_102_444_800,
            quality="HD",
            position=0,
            **offer,
        ),
        models.Availability(format="DVD", available_from=963_273_600, position=1, **offer),
        models.Availability(format="Blu-ray", position=2, **offer),
        models.ScreenFormat(position=0, format="DVD", label="Widescreen 2.35:1", **offer),
        models.ScreenFormat(position=1, format="Blu-ray", label="Widescreen 2.35:1", **offer),
        *(
            models.LanguageAudio(position=place, format=name, language=language, audio=audio, **offer)
            for place, (name, language, audio) in enumerate(
                [
                    ("DVD", "English", "Dolby Digital 5.1"),
                    ("DVD", "English", "Dolby Digital 2.0"),
                    ("DVD", "French", None),
                    ("Blu-ray", "English", "DTS-HD"),
                ]
            )
        ),
    ]


def _consumers() -> list[object]:
    return [
        models.Consumer(key=KEY, secret=SECRET, name="Sneakers"),
        models.Consumer(key=DISABLED, secret=SECRET, name="Gone", is_enabled=False),
    ]
