"""Checks of bulk requests (contract 3.18, 11)."""

from collections.abc import Mapping, Sequence

from gateway.audit.asking import Ask, Who
from gateway.audit.audit import kind
from gateway.audit.documents import Element, Reply, equal_trees, listing, mapping, some, text_of
from gateway.audit.failures import AuditFailed, equal, that
from gateway.audit.session import Session

BULK = "/utility/bulk"
Entries = Sequence[tuple[str, Ask]]


@kind
async def bulk_answers(
    session: Session, entries: tuple[tuple[str, Ask], ...], *, verb: str, path: str
) -> None:
    """Ask for one answer to each entry, under its own name."""
    found = await _bulk(session, entries, verb=verb, path=path)
    equal(sorted(found), sorted(f"entry_{name}" for name, _ in entries))
    for body in found.values():
        equal(text_of(body, "status"), "200")


@kind
async def bulk_like_single(session: Session, ask: Ask) -> None:
    """Ask that the document of an entry is the document of the same request alone."""
    alone = (await session.see(ask)).root()
    body = (await _bulk(session, [("one", ask)]))["entry_one"]
    equal_trees(_document(body), alone)


@kind
async def bulk_body_order(session: Session, ask: Ask) -> None:
    """Ask for status, headers and the document in that order."""
    body = (await _bulk(session, [("one", ask)]))["entry_one"]
    names = [str(child.tag) for child in body]
    equal(names, ["status", *["header" for name in names if name == "header"], names[-1]])
    equal({child.get("name") for child in body.findall("header")} - {"ETag", "Etag", "Location"}, set())


@kind
async def bulk_entry_order(session: Session, ask: Ask) -> None:
    """Ask that an entry is an id and a body."""
    root = (await _send(session, [("one", ask)])).root()
    equal([str(child.tag) for child in some(root, "entry")[0]], ["id", "body"])


@kind
async def bulk_etag(session: Session, ask: Ask) -> None:
    """Ask that an entry carries the ETag of its document."""
    body = (await _bulk(session, [("one", ask)]))["entry_one"]
    found = [
        item.get("value", "") for item in body.findall("header") if item.get("name", "").lower() == "etag"
    ]
    that(found and found[0].strip('"'), "a header ETag", found)


@kind
async def bulk_failure(session: Session, good: Ask, bad: Ask, code: int) -> None:
    """Ask that an entry fails alone, with its code and a message inside."""
    found = await _bulk(session, [("good", good), ("bad", bad)])
    equal(text_of(found["entry_good"], "status"), "200")
    failed = some(found["entry_bad"], "status")[0]
    equal((failed.findtext("status_code") or failed.text or "").strip(), str(code))
    that(found["entry_bad"].findtext(".//message"), "a message", parse_back(found["entry_bad"]))


@kind
async def bulk_refused_entry(session: Session, good: Ask, url: str) -> None:
    """Ask that an address which is none of this API fails alone and is not fetched."""
    signed = await session.signed(good)
    form = (("entry_good", signed), ("entry_odd", await session.fill(url)))
    found = _bodies((await session.send(_wrapper(form))).root())
    equal(text_of(found["entry_good"], "status"), "200")
    failed = some(found["entry_odd"], "status")[0]
    code = (failed.findtext("status_code") or failed.text or "").strip()
    that(code[:1] == "4", "a code of 4xx", code)


@kind
async def bulk_unsigned_entry(session: Session, ask: Ask) -> None:
    """Ask that the wrapper lends an entry no signature."""
    found = await _bulk(session, [("bare", ask.by(Who.KEY))])
    failed = some(found["entry_bare"], "status")[0]
    equal((failed.findtext("status_code") or failed.text or "").strip(), "401")


@kind
async def bulk_get_limit(session: Session, size: int, *, accepted: bool) -> None:
    """Ask that a bulk request by GET may be 4000 bytes long and no longer."""
    signed = await session.signed(Ask(path="/catalog/titles", query=(("term", "a"),)))
    ask = Ask(path=BULK, who=Who.NOBODY, query=(("entry_one", signed), ("pad", "")))
    line = len(str((await session.request(ask)).url)) - len(session.base)
    padded = Ask(path=BULK, who=Who.NOBODY, query=(("entry_one", signed), ("pad", "x" * (size - line))))
    reply = await session.send(padded)
    that((reply.status == 200) is accepted, "200" if accepted else "a refusal", reply.status)
    that(reply.status < 500, "no error of the server", reply.status)


@kind
async def bulk_many(session: Session, ask: Ask, count: int) -> None:
    """Ask for an answer to each of very many entries."""
    found = await _bulk(session, [(str(place), ask) for place in range(count)])
    equal(len(found), count)
    equal({text_of(body, "status") for body in found.values()}, {"200"})


@kind
async def bulk_json(session: Session, ask: Ask) -> None:
    """Ask that ``output=json`` turns the wrapper into JSON."""
    form = (
        ("output", "json"),
        ("entry_one", await session.signed(ask)),
        ("entry_two", await session.signed(ask)),
    )
    entries = listing((await session.send(_wrapper(form))).ok().member("response").get("entry"))
    equal(sorted(str(mapping(one).get("id")) for one in entries), ["entry_one", "entry_two"])
    that("body" in mapping(entries[0]), "a body", entries[0])


@kind
async def bulk_ignores(session: Session, ask: Ask, name: str) -> None:
    """Ask that a parameter which is no entry is ignored."""
    form = ((name, "x"), ("entry_one", await session.signed(ask)))
    equal(list(_bodies((await session.send(_wrapper(form))).root())), ["entry_one"])


@kind
async def bulk_identities(session: Session, ask: Ask, other: Ask) -> None:
    """Ask that entries of two people in one wrapper each get their own."""
    found = await _bulk(session, [("mine", ask), ("theirs", other)])
    mine, theirs = (_document(found[name]) for name in ("entry_mine", "entry_theirs"))
    equal_trees(mine, (await session.send(ask)).root())
    equal_trees(theirs, (await session.send(other)).root())


@kind
async def bulk_relative_entry(session: Session, ask: Ask) -> None:
    """Ask that an entry is a complete address: a path alone fails, and alone."""
    path = (await session.signed(ask)).removeprefix(session.base)
    found = _bodies((await session.send(_wrapper((("entry_one", path),)))).root())
    failed = some(found["entry_one"], "status")[0]
    that((failed.findtext("status_code") or failed.text or "")[:1] == "4", "a code of 4xx", failed.text)


@kind
async def bulk_over_limit(session: Session, ask: Ask, count: int) -> None:
    """Ask that a bulk request beyond all measure is refused as a whole or in part, and not with 5xx."""
    form = tuple([(f"entry_{place}", await session.signed(ask)) for place in range(count)])
    reply = await session.send(_wrapper(form))
    that(reply.status < 500, "no error of the server", reply.status)


async def _send(session: Session, entries: Entries, *, verb: str = "POST", path: str = BULK) -> Reply:
    pairs = tuple([(f"entry_{name}", await session.signed(ask)) for name, ask in entries])
    if verb == "GET":
        return await session.send(Ask(path=path, who=Who.NOBODY, query=pairs))
    return await session.send(_wrapper(pairs, path))


async def _bulk(
    session: Session, entries: Entries, *, verb: str = "POST", path: str = BULK
) -> Mapping[str, Element]:
    return _bodies((await _send(session, entries, verb=verb, path=path)).root())


def _wrapper(form: tuple[tuple[str, str], ...], path: str = BULK) -> Ask:
    return Ask(path=path, verb="POST", form=form, who=Who.NOBODY)


def _bodies(root: Element) -> Mapping[str, Element]:
    equal(root.tag, "response")
    ids = [text_of(entry, "id") for entry in root.findall("entry")]
    equal(len(ids), len(set(ids)))
    return {text_of(entry, "id"): some(entry, "body")[0] for entry in root.findall("entry")}


def _document(body: Element) -> Element:
    found = [child for child in body if child.tag not in {"status", "header"}]
    if len(found) != 1:
        raise AuditFailed("one document", parse_back(body))
    return found[0]


def parse_back(element: Element) -> str:
    """Return *element* as text, for a report."""
    return " ".join(f"{child.tag}={(child.text or '').strip()}" for child in element.iter())
