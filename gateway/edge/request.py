"""What a client asks by HTTP: one GraphQL operation, or a refusal before GraphQL sees it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import unquote_to_bytes

from starlette.exceptions import HTTPException
from starlette.requests import Request

from gateway.edge import strict_json
from gateway.edge.document_ids import PARAMETERS, document_id_of
from gateway.edge.strict_json import NotJSON
from gateway.elsewhere import elsewhere

LARGEST_BODY: Final = 1_000_000

MOST_MARKS: Final = 25_000
"""Brackets and commas of a body: each may stand for an object, which takes far more memory than itself.

As many values as variables may have are within it. JSON is read without a pause, also beside the loop.
"""

ON_THE_LOOP: Final = 8_192
"""Bytes of JSON that are read at once; more are read in a thread, so that others go on."""

SAFE: Final = frozenset({"GET", "HEAD"})
"""The methods that only ask: their operation is in the address, and never a mutation."""


class Refusal(HTTPException):
    """A request is refused with a code that its status alone does not tell."""

    def __init__(
        self, status: int, detail: str, headers: Mapping[str, str] | None = None, *, code: str
    ) -> None:
        super().__init__(status, detail, headers)
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a GraphQL request, checked."""

    query: str
    """The document; empty where there is only what it is called."""
    variables: Mapping[str, object] | None
    operation_name: str | None
    document_id: str | None = None
    """What the document is called: its hash, or an id that a list gives it."""


def is_operation(request: Request) -> bool:
    """Whether *request* can ask anything, or comes without an operation as browsers do."""
    return request.method not in SAFE or not PARAMETERS.isdisjoint(request.query_params)


async def read_asked(request: Request, reading: asyncio.Lock) -> Asked:
    """Read the operation out of *request*; raise ``HTTPException`` (400, 413 or 415) when there is none.

    Large bodies are read one at a time, *reading*: threads only take turns, with the loop among them.
    """
    if request.method in SAFE:
        return checked(_from_query(request))
    _check_kind(request)
    body = await _body(request)
    _check_marks(body)
    if len(body) > ON_THE_LOOP:
        return checked(await elsewhere(reading, partial(_parsed, body, "The body")))
    return checked(_parsed(body, "The body"))


def _check_kind(request: Request) -> None:
    kind, parameters = _content_type(request.headers.get("content-type", ""))
    if kind != "application/json" or parameters.get("charset", "utf-8").lower() != "utf-8":
        raise HTTPException(415, "The body must be JSON in UTF-8: send `Content-Type: application/json`.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, "The body must not be compressed.")


def _content_type(header: str) -> tuple[str, Mapping[str, str]]:
    kind, *parameters = (part.strip() for part in header.split(";"))
    pairs = (parameter.partition("=") for parameter in parameters)
    return kind.lower(), {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def _from_query(request: Request) -> Mapping[str, object]:
    try:
        unquote_to_bytes(request.url.query).decode()
    except UnicodeDecodeError as error:
        raise HTTPException(400, "The parameters must be in UTF-8.") from error
    parameters = request.query_params
    if len(parameters.multi_items()) > len(parameters):
        raise HTTPException(400, "Each parameter may be given once.")
    asked: dict[str, object] = dict(parameters)
    for name in ("variables", "extensions"):
        if text := parameters.get(name):
            asked[name] = _parsed(text.encode(), f"`{name}`")
    if not asked.get("operationName"):
        asked["operationName"] = None  # Empty is the same as not there, in an address alone.
    return asked


async def _body(request: Request) -> bytes:
    told = request.headers.get("content-length", "")
    if told.isdecimal() and (size := int(told[:20])) > LARGEST_BODY:
        raise _too_large(size)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise _too_large(len(body))
    return bytes(body)


def _too_large(size: int) -> Refusal:
    """Refuse a body of *size* bytes, or more: what is still on its way is not worth reading."""
    message = f"The bytes of the body may be at most {LARGEST_BODY}, not {size}."
    headers = {"connection": "close"}
    return Refusal(413, message, headers, code="LIMIT_EXCEEDED")


def _check_marks(body: bytes) -> None:
    marks = sum(map(body.count, (b"[", b"{", b",")))
    if marks > MOST_MARKS:
        message = f"The brackets and commas of the body may be at most {MOST_MARKS}, not {marks}."
        raise Refusal(400, message, code="LIMIT_EXCEEDED")


def _parsed(text: bytes, what: str) -> Mapping[str, object]:
    try:
        parsed = strict_json.loads(text)
    except NotJSON as error:
        raise HTTPException(400, f"{what} {error}.") from error
    if isinstance(parsed, list) and len(parsed) > 1:
        message = f"The operations of a request may be at most 1, not {len(parsed)} in an array."
        raise Refusal(400, message, code="LIMIT_EXCEEDED")
    if not isinstance(parsed, dict):
        raise HTTPException(400, f"{what} must be a JSON object.")
    return parsed


def checked(asked: Mapping[str, object]) -> Asked:
    """Return the operation that *asked* describes; raise ``HTTPException`` 400 where it does not."""
    query, operation_name, extensions = (
        asked.get("query"),
        asked.get("operationName"),
        _map(asked, "extensions"),
    )
    document_id = document_id_of(asked, extensions)
    if query is None and document_id is not None:
        query = ""
    if not isinstance(query, str):
        raise HTTPException(400, "There is no `query`, or it is not a string.")
    if operation_name is not None and not isinstance(operation_name, str):
        raise HTTPException(400, "`operationName` must be a string.")
    return Asked(query, _map(asked, "variables"), operation_name, document_id)


def _map(asked: Mapping[str, object], name: str) -> Mapping[str, object] | None:
    value = asked.get(name)
    if value is not None and not isinstance(value, dict):
        raise HTTPException(400, f"`{name}` must be an object.")
    return value
