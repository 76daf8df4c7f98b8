"""Checks of who may ask: placements, signatures, moments and nonces (contract 2, 9, 10)."""

from dataclasses import replace
from typing import Final

from gateway.audit.asking import Ask, Pairs, Place, Who
from gateway.audit.audit import kind
from gateway.audit.documents import parse, tree
from gateway.audit.failures import equal, that
from gateway.audit.session import Session
from gateway.audit.signing import authorization, encoded, oauth_pairs

INVALID: Final = "Invalid Signature"
LATE: Final = "Timestamp Is Invalid"


@kind
async def signed_in(session: Session, ask: Ask, place: Place) -> None:
    """Ask that OAuth's parameters are read wherever they travel."""
    (await session.send(replace(ask, place=place))).ok()


@kind
async def header_form(session: Session, ask: Ask, *, prefix: str, joint: str) -> None:
    """Ask that an Authorization header is read in each of the forms that clients write."""
    pairs = await _oauth(session, ask)
    text = prefix + joint.join(f'{name}="{encoded(value)}"' for name, value in pairs)
    (await session.send(ask.by(Who.NOBODY).headed("authorization", text))).ok()


@kind
async def split_parameters(session: Session, ask: Ask, name: str, value: str) -> None:
    """Ask that one OAuth parameter may travel in the query while the rest is in the header."""
    both = replace(ask, query=(*ask.query, (name, value)), place=Place.HEADER)
    (await session.send(both)).ok()


@kind
async def tampered(session: Session, ask: Ask, *, name: str, value: str) -> None:
    """Ask that a parameter which changes after signing is noticed."""
    request = await session.request(ask)
    url = request.url.copy_set_param(name, value)
    await _invalid(session, replace(ask, who=Who.NOBODY, query=tuple(url.params.items())))


@kind
async def wrong_verb(session: Session, ask: Ask, verb: str) -> None:
    """Ask that a signature made for one verb does not serve another."""
    request = await session.request(ask.via(verb))
    await _invalid(session, replace(ask, who=Who.NOBODY, query=tuple(request.url.params.items())))


@kind
async def wrong_path(session: Session, ask: Ask, path: str) -> None:
    """Ask that a signature made for one place does not serve another."""
    request = await session.request(ask.at(path))
    await _invalid(session, replace(ask, who=Who.NOBODY, query=tuple(request.url.params.items())))


@kind
async def wrong_signature(session: Session, ask: Ask, signature: str) -> None:
    """Ask for 401 Invalid Signature where the signature is another text."""
    await _invalid(session, replace(ask, signature=signature))


@kind
async def missing_oauth(session: Session, ask: Ask, name: str) -> None:
    """Ask for a refusal, never an answer, where a parameter of the signature lacks."""
    blank = replace(ask, signature="") if name == "oauth_signature" else replace(ask, oauth=((name, ""),))
    reply = await session.send(blank)
    that(reply.status in {400, 401}, "400 or 401", f"{reply.status} {reply.text.strip()}")


@kind
async def malformed_oauth(session: Session, ask: Ask, name: str, value: str) -> None:
    """Ask for 400 or 401, never 500, where an OAuth parameter makes no sense."""
    reply = await session.send(replace(ask, oauth=((name, value),)))
    that(reply.status in {400, 401}, "400 or 401", f"{reply.status} {reply.text.strip()}")


@kind
async def malformed_header(session: Session, ask: Ask, value: str) -> None:
    """Ask for 400 or 401, never 500, where the Authorization header makes no sense."""
    reply = await session.send(ask.by(Who.NOBODY).headed("authorization", value))
    that(reply.status in {400, 401}, "400 or 401", f"{reply.status} {reply.text.strip()}")


@kind
async def signature_method(session: Session, ask: Ask, method: str) -> None:
    """Ask that only HMAC-SHA1 signs."""
    secret = f"{session.keys(ask.who).secret}&{session.keys(ask.who).token_secret}"
    odd = replace(ask, oauth=(("oauth_signature_method", method),), signature=secret)
    equal((await session.send(odd)).status, 401)


@kind
async def timestamp(session: Session, ask: Ask, skew: int, *, accepted: bool) -> None:
    """Ask that a moment counts within 300 seconds on both sides of the clock, and not beyond."""
    reply = await session.send(replace(ask, skew=skew))
    if accepted:
        reply.ok()
        return
    equal((reply.status, reply.text.strip()), (401, LATE))


@kind
async def replayed(session: Session, ask: Ask) -> None:
    """Ask that a signed request counts once."""
    request = replace(ask, who=Who.NOBODY, query=await _signed_query(session, ask), form=ask.form)
    first, second = await session.send(request), await session.send(request)
    that(first.status != 401, "the first to count", first.text.strip())
    equal(second.status, 401)


@kind
async def nonce_of_another(session: Session, ask: Ask, other: Ask) -> None:
    """Ask that a nonce used within the second is refused for another request, as strict mode has it."""
    shared = (("oauth_nonce", f"{id(session):x}shared"), ("oauth_timestamp", str(int(session.clock()))))
    (await session.send(replace(ask, oauth=shared))).ok()
    equal((await session.send(replace(other, oauth=shared))).status, 401)


@kind
async def nonce_after_bad_signature(session: Session, ask: Ask) -> None:
    """Ask that a wrong signature does not use a nonce up: the signature is checked first."""
    own = replace(ask, oauth=(("oauth_nonce", f"{id(ask):x}burnt"), ("oauth_timestamp", _now(session))))
    equal((await session.send(replace(own, signature="AAAAAAAAAAAAAAAAAAAAAAAAAAA="))).status, 401)
    (await session.send(own)).ok()


@kind
async def twice_given(session: Session, ask: Ask, name: str) -> None:
    """Ask that an OAuth parameter given in two places is refused."""
    pairs = await _oauth(session, ask)
    headed = ask.by(Who.NOBODY).headed("authorization", authorization(pairs))
    reply = await session.send(replace(headed, query=(*ask.query, (name, dict(pairs)[name]))))
    that(reply.status in {400, 401}, "400 or 401", reply.status)


@kind
async def awkward_value(session: Session, ask: Ask, name: str, value: str) -> None:
    """Ask that values with every kind of character are signed and read as they are."""
    reply = await session.send(replace(ask, query=(*ask.query, (name, value))))
    that(reply.status == 200, "200", f"{reply.status} {reply.text.strip()}")


@kind
async def plus_for_blank(session: Session, ask: Ask, name: str) -> None:
    """Ask that a blank may be written as a plus sign, and is signed as ``%20``."""
    request = await session.request(ask)
    query = bytes(request.url.raw_path).decode().partition("?")[2]
    own = f"{name}={dict(ask.query)[name].replace(' ', '%20')}"
    that(own in query, own, query)
    wire = query.replace(own, own.replace("%20", "+"))
    url = f"{str(request.url).partition('?')[0]}?{wire}"
    equal((await session.fetch(url)).status, 200)


@kind
async def unsigned(session: Session, ask: Ask) -> None:
    """Ask that a resource of level 1 needs the consumer's key alone."""
    (await session.send(ask.by(Who.KEY))).ok()


@kind
async def idle_oauth(session: Session, ask: Ask, pairs: Pairs) -> None:
    """Ask that level 1 does not mind a nonce, a moment and a method without a signature."""
    (await session.send(replace(ask, who=Who.KEY, oauth=pairs))).ok()


@kind
async def signed_too(session: Session, ask: Ask, who: Who) -> None:
    """Ask that a resource may be asked for with more than its level needs."""
    plain = (await session.send(ask)).ok()
    equal(tree(parse((await session.send(ask.by(who))).ok().content)), tree(parse(plain.content)))


@kind
async def level(session: Session, ask: Ask, who: Who) -> None:
    """Ask that a resource is refused to one who shows less than its level."""
    reply = await session.send(ask.by(who))
    that(reply.status in {400, 401, 403}, "a refusal", f"{reply.status} {reply.text.strip()}")


async def _invalid(session: Session, ask: Ask) -> None:
    reply = await session.send(ask)
    equal((reply.status, reply.text.strip()), (401, INVALID))


async def _oauth(session: Session, ask: Ask) -> Pairs:
    url = session.address(await session.fill(ask.path))
    filled = replace(ask, query=tuple([(name, await session.fill(value)) for name, value in ask.query]))
    return oauth_pairs(filled, session.keys(ask.who), url, session.clock())


async def _signed_query(session: Session, ask: Ask) -> Pairs:
    return tuple((await session.request(replace(ask, place=Place.QUERY))).url.params.items())


def _now(session: Session) -> str:
    return str(int(session.clock()))
