"""Checks of how entries leave a queue, and of all the ways to put a write (contract 1.3, 3.12, 9)."""

from dataclasses import replace

from gateway.audit.asking import Ask, Who, get
from gateway.audit.audit import kind
from gateway.audit.documents import parse, text_of
from gateway.audit.failures import equal, that
from gateway.audit.queue import kept, refused
from gateway.audit.session import Session


@kind
async def deletes(session: Session, name: str, *, form: str) -> None:
    """Ask that an entry goes by each form of its address."""
    async with kept(session, name, 2) as (queue, titles):
        item = (await queue.state()).available[-1]
        number = item.id.rpartition("/")[2]
        address = {
            "whole": item.id,
            "without position": f"{queue.path}/available/{number}",
            "wrong position": f"{queue.path}/available/{(item.position or 0) + 7}/{number}",
        }[form]
        reply = await queue.remove(address)
        equal(reply.status, 200)
        that(titles[1] not in (await queue.state()).order, "the title gone", titles[1])


@kind
async def delete_answer(session: Session, name: str) -> None:
    """Ask for the recorded answer to a DELETE."""
    async with kept(session, name, 1) as (queue, _):
        root = (await queue.remove((await queue.state()).available[-1].id)).root()
        equal((root.tag, text_of(root, "status_code")), ("status", "200"))
        equal(text_of(root, "message"), "Title deleted from queue")


@kind
async def delete_closes_gap(session: Session, name: str) -> None:
    """Ask that positions stay dense after a DELETE in the middle."""
    async with kept(session, name, 3) as (queue, _):
        await queue.remove((await queue.state()).available[-2].id)
        found = [item.position for item in (await queue.state()).available]
        equal(found, list(range(1, len(found) + 1)))


@kind
async def delete_absent(session: Session, name: str) -> None:
    """Ask for 404 with 610 where the title is not in the queue."""
    async with kept(session, name, 0) as (queue, titles):
        number = titles[0].rpartition("/")[2]
        reply = await queue.remove(f"{queue.path}/available/1/{number}")
        refused(reply, 404, 610)
        equal(parse(reply.content).findtext("message"), "Title is not in Queue")


@kind
async def delete_disguised(session: Session, name: str, method: str) -> None:
    """Ask that GET with the parameter ``method`` deletes, in any letter case."""
    async with kept(session, name, 1) as (queue, titles):
        item = (await queue.state()).available[-1]
        equal((await session.send(get(item.id, method=method).by(Who.ME))).status, 200)
        that(titles[0] not in (await queue.state()).order, "the title gone", titles[0])


@kind
async def delete_with_form(session: Session, name: str) -> None:
    """Ask that a DELETE may carry its parameters in a signed form."""
    async with kept(session, name, 1) as (queue, titles):
        state = await queue.state()
        ask = Ask(path=state.available[-1].id, verb="DELETE", form=(("etag", state.etag),), who=Who.ME)
        equal((await session.send(ask)).status, 200)
        that(titles[0] not in (await queue.state()).order, "the title gone", titles[0])


@kind
async def add_put_otherwise(session: Session, name: str, *, way: str) -> None:
    """Ask that an add counts however its parameters travel."""
    async with kept(session, name, 0) as (queue, titles):
        ask = queue.adding(titles[0])
        if way == "query":
            ask = replace(ask, query=ask.form or (), form=())
        elif way == "override":
            ask = get(queue.path, title_ref=titles[0], method="POST")
        else:
            body = f'--e\r\nContent-Disposition: form-data; name="title_ref"\r\n\r\n{titles[0]}\r\n--e--\r\n'
            ask = replace(ask, form=None, content=body.encode())
            ask = ask.headed("content-type", "multipart/form-data; boundary=e")
        equal((await session.send(ask)).status, 201)
        equal((await queue.state()).order[-1], titles[0])


@kind
async def reference_of_host(session: Session, name: str, host: str) -> None:
    """Ask that a title may be named by either historic host, or by its path alone."""
    async with kept(session, name, 0) as (queue, titles):
        path = titles[0].removeprefix(await session.sample("b"))
        equal((await queue.add(f"{host}{path}")).status, 201)
        equal((await queue.state()).order[-1], titles[0])
