"""Checks of how a request may be put: verbs, bodies, targets, hosts (contract 1.1, 1.3, 1.4, 9)."""

import uuid
from dataclasses import replace

from gateway.audit.asking import Ask, Who
from gateway.audit.audit import kind
from gateway.audit.documents import tree
from gateway.audit.failures import equal, that
from gateway.audit.session import Session


@kind
async def override(session: Session, ask: Ask, method: str, *, verb: str) -> None:
    """Ask that the parameter ``method`` replaces the verb, in any letter case, while the verb is signed."""
    plain = (await session.see(ask)).ok()
    reply = await session.send(ask.via(verb).but(method=method))
    equal(tree(reply.root()), tree(plain.root()))


@kind
async def post_as_get(session: Session, ask: Ask) -> None:
    """Ask that a POST with ``method=GET`` in its form reads, with every parameter in the form."""
    plain = (await session.see(ask)).ok()
    posted = replace(ask, verb="POST", form=(*ask.query, ("method", "GET")), query=())
    equal(tree((await session.send(posted)).root()), tree(plain.root()))


@kind
async def post_split(session: Session, ask: Ask) -> None:
    """Ask that a POST's parameters may be partly in the query and partly in the form."""
    plain = (await session.see(ask)).ok()
    posted = replace(ask, verb="POST", form=(("method", "GET"),))
    equal(tree((await session.send(posted)).root()), tree(plain.root()))


@kind
async def multipart(session: Session, ask: Ask) -> None:
    """Ask that the parameters of a multipart body are read, though they are not signed."""
    plain = (await session.see(ask)).ok()
    edge = uuid.uuid4().hex
    fields = [*ask.query, ("method", "GET")]
    body = "".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    )
    posted = replace(ask, verb="POST", query=(), content=f"{body}--{edge}--\r\n".encode())
    reply = await session.send(posted.headed("content-type", f"multipart/form-data; boundary={edge}"))
    equal(tree(reply.root()), tree(plain.root()))


@kind
async def trailing_slash(session: Session, ask: Ask) -> None:
    """Ask that one slash at the end is tolerated."""
    plain = (await session.see(ask)).ok()
    equal(tree((await session.see(ask.at(f"{ask.path}/"))).root()), tree(plain.root()))


@kind
async def exact_path(session: Session, ask: Ask) -> None:
    """Ask for 404 where a path is sloppy."""
    equal((await session.send(ask)).status, 404)


@kind
async def absolute_form(session: Session, ask: Ask) -> None:
    """Ask that a request line may name the whole address."""
    plain = (await session.see(ask)).ok()
    reply = await session.send(replace(ask, absolute=True))
    equal(tree(reply.root()), tree(plain.root()))


@kind
async def target_host(session: Session, ask: Ask, host: str) -> None:
    """Ask that a whole address in the request line is meant for its own host, whatever *host* is named."""
    plain = (await session.see(ask)).ok()
    reply = await session.send(replace(ask, absolute=True).headed("host", host))
    equal(tree(reply.root()), tree(plain.root()))


@kind
async def foreign_target(session: Session, ask: Ask, host: str) -> None:
    """Ask that a whole address on a *host* that is not served is refused, whatever ``Host`` says."""
    reply = await session.send(replace(ask, absolute=True, target_host=host))
    that(400 <= reply.status < 500, "a refusal", reply.status)


@kind
async def somebody_there(session: Session, ask: Ask) -> None:
    """Ask that a stranger learns at the root that the API is there, and no more (contract 1.1)."""
    reply = await session.send(ask)
    that(reply.status in {200, 403}, "200 or 403", reply.status)


@kind
async def foreign_host(session: Session, ask: Ask, host: str) -> None:
    """Ask that a host which is not served is refused, and never named in an answer."""
    reply = await session.send(ask.headed("host", host))
    that(400 <= reply.status < 500, "a refusal", reply.status)
    that(host not in reply.text, f"nothing of {host}", reply.text)


@kind
async def forwarded_host(session: Session, ask: Ask, name: str) -> None:
    """Ask that no header moves the addresses of documents to another host."""
    reply = await session.send(
        ask.headed(name, "host.invalid" if name != "forwarded" else "host=host.invalid")
    )
    that("host.invalid" not in reply.text, "addresses of the serving host", reply.text)


@kind
async def encoded_body_refused(session: Session, ask: Ask) -> None:
    """Ask that a body which is no form is refused or ignored, never an error of the server."""
    reply = await session.send(replace(ask, content=b"\x80\x81\xff", form=None))
    that(reply.status < 500, "no error of the server", reply.status)


@kind
async def raw_query(session: Session, query: str, expected: int) -> None:
    """Ask that a query which is badly encoded is an error of the caller."""
    url = f"{session.base}/catalog/titles?oauth_consumer_key={session.credentials.key}&{query}"
    reply = await session.fetch(url)
    that(reply.status // 100 == expected, f"{expected}xx", reply.status)


@kind
async def head_like_get(session: Session, ask: Ask) -> None:
    """Ask that HEAD, where it is known, sends no body and is no error of the server."""
    reply = await session.send(ask.via("HEAD"))
    that(reply.status in {200, 405}, "200 or 405", reply.status)
    equal(reply.content, b"")


@kind
async def long_address(session: Session, size: int) -> None:
    """Ask that an address beyond all measure is refused and not read on."""
    reply = await session.send(
        Ask(path="/catalog/titles", query=(("term", "x" * size),), who=Who.KEY),
    )
    that(400 <= reply.status < 500, "a refusal", reply.status)


@kind
async def unsigned_body(session: Session, ask: Ask) -> None:
    """Ask that a form's parameters are part of the signature."""
    request = await session.request(ask)
    changed = request.content.decode().replace("title", "titel")
    that(changed != request.content.decode(), "a form to change", request.content)
    odd = replace(ask, who=Who.NOBODY, query=tuple(request.url.params.items()), content=changed.encode())
    reply = await session.send(odd.headed("content-type", "application/x-www-form-urlencoded"))
    equal(reply.status, 401)
