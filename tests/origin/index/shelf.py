"""A small catalog with everything in it that an index file tells."""

from collections.abc import Iterable, Sequence

from gateway.origin.catalog.facts import AwardFacts, OfferFacts, PersonFacts, TitleFacts
from gateway.origin.catalog.saving import Mode, Saving
from gateway.origin.database import Database
from gateway.origin.models import Consumer, Kind, RatingSystem

BASE = "http://api.netflix.com"
KEY, SECRET, TRUSTED = "123456789012345678901234", "1234567890", "432109876543210987654321"
NOW = 1_300_000_000
THEN = 1_290_000_000

JAWS, PIRANHA, SHORE, SEASON, LOW_TIDE, DISC, BONUS = 1, 2, 10, 11, 12, 13, 14
SCHEIDER, SPIELBERG, FIELDS = 101, 102, 103

PEOPLE = (
    PersonFacts(id=SCHEIDER, name="Roy Scheider"),
    PersonFacts(id=SPIELBERG, name="Steven Spielberg"),
    PersonFacts(id=FIELDS, name="Verna Fields"),
)
TITLES = (
    TitleFacts(
        id=JAWS,
        kind=Kind.MOVIE,
        name="Jaws",
        release_year=1975,
        runtime=7440,
        average_rating=3.9,
        maturity_level=90,
        synopsis="A shark & a town.<p>They meet.",
        short_synopsis="A shark.",
        official_url="http://jaws.example/",
        ratings={RatingSystem.MPAA: "PG"},
        genres=("Thrillers", "Children & Family"),
        cast=(SCHEIDER,),
        directors=(SPIELBERG,),
        awards=(
            AwardFacts(
                body="academy_awards", name="Best Film Editing", year=1976, is_won=True, person_id=FIELDS
            ),
        ),
        offers=(
            OfferFacts(
                format="instant", available_from=1_262_304_000, available_until=4_102_444_800, quality="HD"
            ),
            OfferFacts(format="DVD", available_from=963_273_600),
        ),
        screen_formats=(("DVD", "Widescreen 2.35:1"),),
        languages=(("instant", "English", None), ("DVD", "English", "Dolby Digital 5.1")),
        subtitles=(("instant", "English"), ("DVD", "French"), ("DVD", "English")),
        external_ids=(("amg", "V  25448"), ("tms", "MV0001"), ("upc", "025192"), ("upc", "025193")),
    ),
    TitleFacts(id=PIRANHA, kind=Kind.MOVIE, name="Piranha"),
    TitleFacts(
        id=SHORE,
        kind=Kind.SERIES,
        name="The Shore",
        release_year=2009,
        runtime=1800,
        ratings={RatingSystem.TV: "TV-14", RatingSystem.MPAA: "PG"},
    ),
    TitleFacts(
        id=SEASON, kind=Kind.SEASON, name="The Shore: Season 2", parent_id=SHORE, series_id=SHORE, number=2
    ),
    TitleFacts(
        id=LOW_TIDE,
        kind=Kind.PROGRAM,
        name="The Shore: Season 2: Low Tide",
        short_name="Low Tide",
        parent_id=SEASON,
        series_id=SHORE,
        number=3,
        offers=(OfferFacts(format="instant", available_from=None),),
    ),
    TitleFacts(id=DISC, kind=Kind.DISC, name="Jaws: Disc 1", parent_id=JAWS, number=1),
    TitleFacts(id=BONUS, kind=Kind.DISC, name="Jaws: Bonus", parent_id=JAWS, number=2, is_bonus=True),
)


async def fill(url: str) -> None:
    """Make a database of the catalog, with an application, and one that may know more."""
    database = Database(url)
    await database.migrate()
    await put(database, PEOPLE, TITLES)
    await fill_consumers(database)
    await database.close()


async def fill_consumers(database: Database) -> None:
    """Add an application, and one that may know more."""
    async with database.write() as session:
        session.add(Consumer(key=KEY, secret=SECRET, name="Sneakers"))
        session.add(Consumer(key=TRUSTED, secret=SECRET, name="Partner", sees_external_ids=True))


async def blank(url: str) -> None:
    """Make a database with nothing in it."""
    database = Database(url)
    await database.migrate()
    await database.close()


async def put(database: Database, people: Iterable[PersonFacts], titles: Sequence[TitleFacts]) -> None:
    """Put *titles* and their *people* into *database*."""
    async with database.write() as session:
        saving = Saving(session, Mode.STATE, THEN)
        await saving.people(list(people))
        await saving.titles(titles)
