"""A large catalog, invented: words as often as languages have them, and a subscriber who may sign."""

import itertools
import random
from dataclasses import dataclass
from typing import Final

from gateway.origin.accounts import AccessToken, PreferredFormat, Subscriber
from gateway.origin.catalog import statistics
from gateway.origin.catalog.facts import OfferFacts, PersonFacts, TitleFacts
from gateway.origin.catalog.saving import Mode, Saving
from gateway.origin.database import Database
from gateway.origin.models import Consumer, Kind

KEY, SECRET, WHO, TOKEN = "large-key", "secret", "T1large", "token"
FIRST_ID: Final = 500_000_000
WORDS: Final = 20_000
PART: Final = 2_000


@dataclass(frozen=True, slots=True)
class Invention:
    """Makes titles: words as often as languages have them, the frequent ones in many names."""

    chance: random.Random

    def words(self, count: int) -> list[str]:
        """Return words, the first of the vocabulary the likeliest (Zipf's law)."""
        return self.chance.choices(VOCABULARY, cum_weights=_WEIGHTS, k=count)

    def title(self, id: int, people: int) -> TitleFacts:
        """Return a film, or a series now and then."""
        cast = self.chance.sample(range(people), 4)
        return TitleFacts(
            id=id,
            kind=Kind.SERIES if id % 20 == 0 else Kind.MOVIE,
            name=" ".join(self.words(self.chance.randrange(1, 5))).title(),
            release_year=self.chance.randrange(1930, 2012),
            average_rating=round(self.chance.uniform(1, 5), 1),
            runtime=self.chance.randrange(3600, 10_000),
            synopsis=" ".join(self.words(40)),
            genres=self.chance.sample(_GENRES, 2),
            cast=[FIRST_ID + place for place in cast[:3]],
            directors=[FIRST_ID + cast[3]],
            offers=[OfferFacts(format=name, available_from=1) for name in ("DVD", "instant")],
        )


_SYLLABLES: Final = (
    "ka",
    "lo",
    "mi",
    "ter",
    "san",
    "vo",
    "ri",
    "pel",
    "un",
    "dro",
    "fe",
    "gan",
    "shi",
    "bel",
)
VOCABULARY: Final = list(
    itertools.islice(
        ("".join(parts) for size in (1, 2, 3, 4) for parts in itertools.product(_SYLLABLES, repeat=size)),
        WORDS,
    )
)
_WEIGHTS: Final = list(itertools.accumulate(1 / rank for rank in range(1, WORDS + 1)))
_GENRES: Final = ["Dramas", "Comedies", "Thrillers", "Action & Adventure", "Documentaries"]


async def build(url: str, count: int) -> None:
    """Fill the database at *url* with *count* titles, and a subscriber with a queue."""
    database, invention = Database(url), Invention(random.Random(1))  # noqa: S311 - the same every time
    await database.migrate()
    people = max(count // 5, 20)
    named = [
        PersonFacts(id=FIRST_ID + n, name=f"{' '.join(invention.words(2)).title()} {n}")
        for n in range(people)
    ]
    async with database.write() as session:
        saving = Saving(session, Mode.STATE, 1)
        await saving.people(named)
        for start in range(0, count, PART):
            part = range(start, min(start + PART, count))
            await saving.titles([invention.title(FIRST_ID + n, people) for n in part])
        await statistics.refresh(session)
    async with database.write() as session:
        session.add(Consumer(key=KEY, secret=SECRET, name=KEY))
        session.add(Subscriber(id=WHO, login=WHO, password="!", first_name="A", last_name="B"))
        await session.flush()
        formats = ("DVD", "Instant")
        session.add_all(
            PreferredFormat(subscriber_id=WHO, position=place, format=name)
            for place, name in enumerate(formats)
        )
        granted = {"consumer_key": KEY, "subscriber_id": WHO, "created": 1}
        session.add(AccessToken(token=TOKEN, secret=SECRET, **granted))
    await database.close()
