"""Checks of what a search finds (contract 3.1, 3.6)."""

from gateway.audit.asking import Ask
from gateway.audit.audit import kind
from gateway.audit.documents import every, text_of
from gateway.audit.failures import enough, that
from gateway.audit.session import Session

PORTION = 4


@kind
async def found_by_portion(session: Session, ask: Ask) -> None:
    """Ask that a person is found by how the last word of the name begins."""
    people = every((await session.see(ask)).root(), "person")
    words = [text_of(person, "name").split()[-1] for person in people]
    long = [
        place for place, word in enumerate(words) if len(word) > PORTION and word.isascii() and word.isalpha()
    ]
    enough(bool(long), "nobody with a long name")
    person, portion = people[long[0]], words[long[0]][:PORTION]
    found = every((await session.see(ask.but(term=portion, max_results=500))).root(), "person")
    ids = [text_of(one, "id") for one in found]
    that(text_of(person, "id") in ids, f"{text_of(person, 'id')} for {portion}", ids)
