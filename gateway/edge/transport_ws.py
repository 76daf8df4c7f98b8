"""The messages of the subprotocol ``graphql-transport-ws``, read and written. Pure.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import orjson
from starlette.exceptions import HTTPException

from gateway.edge import strict_json
from gateway.edge.errors import told
from gateway.edge.operations import Answer
from gateway.edge.request import Asked, checked
from gateway.edge.strict_json import NotJSON

SUBPROTOCOL: Final = "graphql-transport-ws"
_LONGEST_ID: Final = 255


class Code(IntEnum):
    """Why a socket is closed."""

    GOING_AWAY = 1001
    TOO_BIG = 1009
    FAULT = 1011
    TRY_LATER = 1013
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    WRONG_SUBPROTOCOL = 4406
    INIT_TIMEOUT = 4408
    DUPLICATE_ID = 4409
    TOO_MANY = 4429


class BadMessage(Exception):
    """A message is none of the protocol's; says why."""


@dataclass(frozen=True, slots=True)
class Init:
    """Says who the client is."""

    authorization: str | None


@dataclass(frozen=True, slots=True)
class Ping:
    """Wants a pong, with the same payload."""

    payload: object


@dataclass(frozen=True, slots=True)
class Pong:
    """Answers a ping, or is a sign of life."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Asks an operation."""

    id: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class Complete:
    """Wants no more of an operation."""

    id: str


Message = Init | Ping | Pong | Subscribe | Complete


def read(text: str) -> Message:
    """Return the message that *text* is; raise ``BadMessage``."""
    try:
        message = strict_json.loads(text.encode())
    except NotJSON as error:
        raise BadMessage(f"A message {error}.") from error
    except UnicodeEncodeError as error:
        raise BadMessage("A message must be Unicode.") from error
    if not isinstance(message, dict):
        raise BadMessage("A message must be a JSON object.")
    match message.get("type"):
        case "connection_init":
            return Init(_authorization(message.get("payload")))
        case "ping":
            return Ping(message.get("payload"))
        case "pong":
            return Pong()
        case "subscribe":
            return Subscribe(_id(message), _asked(message.get("payload")))
        case "complete":
            return Complete(_id(message))
    raise BadMessage("A message must have one of the protocol's types.")


def acknowledge() -> str:
    """Return the answer to ``Init``."""
    return _text({"type": "connection_ack"})


def pong(ping: Ping) -> str:
    """Return the answer to *ping*."""
    payload = {} if ping.payload is None else {"payload": ping.payload}
    return _text({"type": "pong", **payload})


def answer(id: str, given: Answer) -> str:
    """Return one answer to the operation *id*; the last one if it was not begun."""
    if given.is_begun:
        return _text({"id": id, "type": "next", "payload": given.body})
    return _text({"id": id, "type": "error", "payload": given.body["errors"]})


def refuse(id: str, message: str, code: str) -> str:
    """Return the message that the operation *id* ends with an error."""
    errors = [{"message": message, "extensions": told(code)}]
    return _text({"id": id, "type": "error", "payload": errors})


def complete(id: str) -> str:
    """Return the message that there are no more answers to the operation *id*."""
    return _text({"id": id, "type": "complete"})


def _authorization(payload: object) -> str | None:
    if payload is None:
        return None
    if not isinstance(payload, Mapping):
        raise BadMessage("The payload of `connection_init` must be an object.")
    found = next((payload[name] for name in ("authorization", "Authorization") if name in payload), None)
    if found is None or (isinstance(found, str) and found.isascii() and found.isprintable()):
        return found
    raise BadMessage("`authorization` must be a string, as `Bearer …`.")


def _id(message: Mapping[str, object]) -> str:
    name = message.get("id")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_ID:
        raise BadMessage(f"`id` must be a string of 1 to {_LONGEST_ID} characters.")
    return name


def _asked(payload: object) -> Asked:
    if not isinstance(payload, Mapping):
        raise BadMessage("The payload of `subscribe` must be an object.")
    try:
        return checked(payload)
    except HTTPException as error:
        raise BadMessage(error.detail) from error


def _text(message: object) -> str:
    return orjson.dumps(message).decode()
