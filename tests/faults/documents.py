"""What goes wrong in answers that are HTTP: statuses, documents, bulk answers (rows D and B)."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from tests.faults.exchange import Answer, Asked
from tests.faults.origin import Origin
from tests.faults.proxy import Fault, Inert, Line

_ENTRY: Final = re.compile(rb"<entry>.*?</entry>", re.DOTALL)
_ENTRY_BODY: Final = re.compile(rb"<body>.*?</body>", re.DOTALL)
_XML: Final = "text/xml;charset=UTF-8"

Edit = Callable[[bytes], bytes]
"""Makes another document of one."""


def said(status: int, message: str, **headers: str) -> Fault:
    """Answer with a status document, and ask the origin for nothing."""
    document = f"<status><status_code>{status}</status_code><message>{message}</message></status>"
    return bare(status, document.encode(), content_type=_XML, **headers)


def bare(status: int, body: bytes = b"", **headers: str) -> Fault:
    """Answer with just that, and ask the origin for nothing; names of *headers* have underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    whole = Answer(status, body, named).encode()

    async def answer(_asked: Asked, _origin: Origin, line: Line) -> bool:
        await line.say(whole)
        return True

    return answer


def first_calls(count: int, fault: Fault) -> Fault:
    """Let *fault* happen to the first *count* requests, and nothing to those that follow."""
    left = [count]

    async def sometimes(asked: Asked, origin: Origin, line: Line) -> bool:
        left[0] -= 1
        if left[0] >= 0:
            return await fault(asked, origin, line)
        await line.say((await origin.ask(asked)).encode())
        return True

    return sometimes


def edited(edit: Edit) -> Fault:
    """Answer with what *edit* makes of the origin's document."""

    async def changed(asked: Asked, origin: Origin, line: Line) -> bool:
        answer = await origin.ask(asked)
        body = edit(answer.body)
        if body == answer.body:
            # There is nothing in this document that the fault is about.
            await line.say(answer.encode())
            raise Inert("The document is as it was.")
        await line.say(replace(answer, body=body).encode())
        return True

    return changed


def headed(**headers: str | None) -> Fault:
    """Answer with other *headers*; those that are None are left out."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def changed(asked: Asked, origin: Origin, line: Line) -> bool:
        answer = await origin.ask(asked)
        kept = {name: value for name, value in answer.headers.items() if name not in named}
        told = {name: value for name, value in named.items() if value is not None}
        await line.say(replace(answer, headers={**kept, **told}).encode())
        return True

    return changed


def sub(pattern: bytes, instead: bytes) -> Edit:
    """Replace all that *pattern* finds."""
    compiled = re.compile(pattern, re.DOTALL)
    return lambda body: compiled.sub(instead, body)


def wrapped(before: bytes, after: bytes = b"") -> Edit:
    """Write something before and after the root element."""
    return lambda body: before + re.sub(rb"^<\?xml[^>]*\?>\s*", b"", body) + after


ENTITIES: Final = wrapped(
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)
"""An entity bomb (D17)."""


def deep(_body: bytes) -> bytes:
    """Nest 200,000 elements (D17)."""
    return b"<catalog_titles>" + b"<x>" * 200_000 + b"</x>" * 200_000 + b"</catalog_titles>"


def huge_text(_body: bytes) -> bytes:
    """Write 7 MB of text, just below what is read at all (D17)."""
    return b"<synopsis>" + b"x" * 7_000_000 + b"</synopsis>"


def entries(change: Callable[[list[bytes]], list[bytes]]) -> Fault:
    """Answer a bulk request with other entries."""

    def edit(body: bytes) -> bytes:
        found = _ENTRY.findall(body)
        if not found:
            raise Inert("This is no bulk answer.")
        start, end = body.index(found[0]), body.rindex(found[-1]) + len(found[-1])
        return body[:start] + b"".join(change(found)) + body[end:]

    return edited(edit)


def refused(entry: bytes, status: int, message: str) -> bytes:
    """Return *entry* with a refusal in place of its document."""
    told = f"<body><status><status_code>{status}</status_code><message>{message}</message></status></body>"
    return _ENTRY_BODY.sub(told.encode(), entry)


def unknown(entry: bytes) -> bytes:
    """Return *entry* under a name that nobody asked for."""
    return re.sub(rb"<id>entry_[^<]*</id>", b"<id>entry_of_nobody</id>", entry, count=1)
