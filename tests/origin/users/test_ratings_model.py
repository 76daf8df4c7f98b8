"""Ratings written in any order are what a dictionary would hold."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.origin.database import Database

from .asking import Asking, Told, ids, root, told
from .household import AMELIE, EARTH, JAWS, TOTORO, put, refs, subscriber

TITLES = (JAWS, TOTORO, AMELIE, EARTH)
ACTUAL = "/ratings/title/actual"

VALUES = ("1", "2", "3", "4", "5", "not_interested", "no_opinion", "0", "")
WRITES = st.tuples(st.sampled_from(["POST", "PUT"]), st.sampled_from(TITLES), st.sampled_from(VALUES))

_numbers = count()


@dataclass
class Model:
    """What the ratings of one subscriber should be, the latest last."""

    given: dict[int, str] = field(default_factory=dict)

    def write(self, verb: str, title: int, value: str) -> Told:
        """Do what a write should do, and return what should be said of it."""
        if value in {"0", ""}:
            return (400, None, "rating is invalid")
        if verb == "PUT" and title not in self.given:
            return (404, None, "Resource not found")
        if verb == "POST" and title in self.given and value != "no_opinion":
            return (422, None, "Title has already been rated")
        self.given.pop(title, None)
        if value == "no_opinion":
            return (201 if verb == "POST" else 200, None, "Rating removed")
        self.given[title] = value
        return (201, None, "Title rated") if verb == "POST" else (200, None, "Rating changed")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes=st.lists(WRITES, max_size=12))
def test_any_writes_leave_what_the_model_holds(url: str, writes: list[tuple[str, int, str]]) -> None:
    """Every answer is the model's, and so are in the end all ratings and their order."""
    asyncio.run(_compare(url, writes))


async def _compare(url: str, writes: Iterable[tuple[str, int, str]]) -> None:
    database = Database(url)
    who = f"T1model{next(_numbers)}-"
    async with database.write() as session:
        await put(session, [subscriber(who)])
    asking, model = Asking(database, who), Model()
    for verb, title, value in writes:
        asking.now += 1
        expected = model.write(verb, title, value)
        path, named = (ACTUAL, {"title_ref": refs(title)}) if verb == "POST" else (f"{ACTUAL}/{title}", {})
        assert told(await asking.send(verb, path, rating=value, **named)) == expected
    answer = await asking.get(ACTUAL)
    shown = [
        element.get("value") or element.text for element in root(answer).iterfind("ratings_item/user_rating")
    ]
    await database.close()
    assert dict(zip(map(int, ids(answer)), shown, strict=True)) == model.given
    assert ids(answer) == [str(title) for title in reversed(model.given)]
