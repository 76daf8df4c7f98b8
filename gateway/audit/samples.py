"""Where audits find titles and people to ask for, in an API whose catalog they do not know.

A name is a kind of thing (``movie``, ``series``, ``season``, ``program``, ``disc``, ``person``), perhaps
with a link that it must have (``movie.cast``), or one of the words below.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from gateway.audit.asking import Who, get
from gateway.audit.documents import Element, every, link, text_of
from gateway.audit.failures import AuditSkipped, enough
from gateway.audit.session import Session
from gateway.audit.vocabulary import ALIAS_RELS, S

KINDS: Final = {
    "movie": re.compile(r"/catalog/titles/movies/\d+$"),
    "series": re.compile(r"/catalog/titles/series/\d+$"),
    "season": re.compile(r"/catalog/titles/series/\d+/seasons/\d+$"),
    "program": re.compile(r"/catalog/titles/programs/(\d+/)?\d+$"),
    "disc": re.compile(r"/catalog/titles/discs/\d+$"),
}
TERMS: Final = ("the", "a", "love", "star", "man", "season", "series", "world", "night", "office")
NOWHERE: Final = "zzqxjkvwqq"
LINKED: Final = {
    "season": ("series.seasons",),
    "program": ("series.episodes", "season.episodes"),
    "disc": ("movie.discs", "season.discs", "series.discs"),
}
"""Where a kind is found that searches do not show."""


LATE: Final = frozenset({"short_synopsis", "box_art"})
"""Links that only 1.5 shows."""


async def find(session: Session, name: str) -> str:
    """Return what stands for *name*, or skip what needs it."""
    word = name.partition(".")[0]
    if name in WORDS:
        return await WORDS[name](session)
    if word == "person":
        return await _of_person(session, name.partition(".")[2])
    return await _of_title(session, word, name.partition(".")[2])


async def titles(session: Session, version: str | None = None) -> list[Element]:
    """Return the titles that a few common words find."""
    found: dict[str, Element] = {}
    for term in TERMS:
        reply = await session.read(get("/catalog/titles", term=term, max_results=100, v=version))
        for title in every(reply.root(), "catalog_title"):
            found.setdefault(text_of(title, "id"), title)
    return list(found.values())


async def _of_title(session: Session, kind: str, alias: str) -> str:
    version = "1.5" if alias in LATE else None
    for title in await _of_kind(session, kind, version):
        if not alias:
            return text_of(title, "id")
        hrefs = [item.get("href") for item in title.findall("link") if item.get("rel") == ALIAS_RELS[alias]]
        if hrefs and hrefs[0]:
            return hrefs[0]
    raise AuditSkipped(f"no {kind}{' with ' + alias if alias else ''} was found")


async def _of_kind(session: Session, kind: str, version: str | None) -> list[Element]:
    pattern = KINDS[kind]
    shown = [title for title in await titles(session, version) if pattern.search(text_of(title, "id"))]
    if shown or kind not in LINKED:
        return shown
    for source in LINKED[kind]:
        try:
            reply = await session.read(get(await session.sample(source), max_results=100))
        except AuditSkipped:
            continue
        shown += [
            item for item in every(reply.root(), "catalog_title") if pattern.search(text_of(item, "id"))
        ]
    return shown


async def _of_person(session: Session, alias: str) -> str:
    reply = await session.read(get("{movie.cast}"))
    person = every(reply.root(), "person")[0]
    return link(person, ALIAS_RELS[alias]).get("href", "") if alias else text_of(person, "id")


async def _public(session: Session) -> str:
    """Return the base of every address in documents, which need not be where we ask."""
    reply = await session.send(get("/catalog/titles", term="the", max_results=1))
    href = link(reply.root(), f"{S}/catalog/titles/index").get("href", "")
    return href.removesuffix("/catalog/titles/index")


async def _user(session: Session) -> str:
    return await user_id(session, Who.ME)


async def _other(session: Session) -> str:
    return await user_id(session, Who.OTHER)


async def user_id(session: Session, who: Who) -> str:
    """Return the user id of *who*, as given or as the API itself says."""
    known = session.credentials.subscriber(who).user_id
    if known:
        return known
    reply = await session.send(get("/users/current").by(who))
    return link(reply.root(), f"{S}/user.current").get("href", "").rpartition("/")[2]


async def _term(session: Session) -> str:
    """Return a word that finds many titles."""
    for term in TERMS:
        reply = await session.read(get("/catalog/titles", term=term, max_results=100))
        if len(every(reply.root(), "catalog_title")) >= 6:
            return term
    raise AuditSkipped("no word finds six titles")


async def _people_term(session: Session) -> str:
    for term in ("john", "james", "robert", "de", "a"):
        reply = await session.read(get("/catalog/people", term=term, max_results=10))
        if len(every(reply.root(), "person")) >= 5:
            return term
    raise AuditSkipped("no word finds five people")


async def _nowhere(_session: Session) -> str:
    return NOWHERE


async def _name(session: Session) -> str:
    reply = await session.read(get("{movie}"))
    return every(reply.root(), "title")[0].get("regular", "")


async def _number(session: Session) -> str:
    return (await session.sample("movie")).rpartition("/")[2]


async def _person_number(session: Session) -> str:
    return (await session.sample("person")).rpartition("/")[2]


async def _instant(session: Session) -> str:
    reply = await session.read(
        get("/catalog/titles", term="{term}", v="1.5", filters="{b}/categories/title_formats/instant")
    )
    found = [text_of(title, "id") for title in every(reply.root(), "catalog_title")]
    enough(found, "nothing is offered for instant watching")
    return found[0]


WORDS: Final[Mapping[str, Callable[[Session], Awaitable[str]]]] = {
    "b": _public,
    "u": _user,
    "other": _other,
    "term": _term,
    "people_term": _people_term,
    "nowhere": _nowhere,
    "name": _name,
    "number": _number,
    "person_number": _person_number,
    "instant": _instant,
}
