"""Opaque, stable ids of the graph's nodes. Pure."""

import base64
import binascii
import re
from dataclasses import dataclass

from gateway.resources import Kind
from gateway.schema.errors import BadUserInput
from gateway.subscriber import QueueKind
from gateway.upstream.errors import ForeignLink
from gateway.upstream.href import Address

_LONGEST = 512
_USER = "user"
_QUEUE = "queue"
_QUEUE_ITEM = "queue-item"
_USER_ID = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9_.~-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Personal:
    """What one subscriber alone may see: they themselves, a queue of theirs, or a title in it."""

    user: str
    queue: QueueKind | None = None
    title: Address | None = None


Named = Address | Personal
"""What an id names."""


def encode(named: Named) -> str:
    """Return the node id of *named*."""
    text = ":".join(_personal(named) if isinstance(named, Personal) else _parts(named))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def kind_of(id: object) -> str | None:
    """Return the name of the type that a title or a person of this *id* has; nothing where it tells none."""
    try:
        named = decode(id) if isinstance(id, str) else None
    except BadUserInput:
        return None
    return str(named.noun).capitalize() if isinstance(named, Address) else None


def decode(id: str) -> Named:
    """Return what a node *id* names; raise ``BadUserInput`` when it is none of ours."""
    try:
        if len(id) > _LONGEST:
            raise BadUserInput("The id is too long.")
        text = base64.b64decode(id.encode() + b"=" * (-len(id) % 4), altchars=b"-_", validate=True).decode()
        named = _read(*text.split(":"))
    except (binascii.Error, UnicodeError, ValueError, ForeignLink) as error:
        raise BadUserInput("The id is not an id of this graph.") from error
    if encode(named) != id:
        raise BadUserInput("The id is not an id of this graph.")
    return named


def _parts(address: Address) -> tuple[str, ...]:
    return (str(address.noun), *address.ids)


def _personal(named: Personal) -> tuple[str, ...]:
    if named.queue is None:
        return _USER, named.user
    if named.title is None:
        return _QUEUE, named.user, named.queue
    return _QUEUE_ITEM, named.user, named.queue, *_parts(named.title)


def _read(noun: str, *rest: str) -> Named:
    if noun not in {_USER, _QUEUE, _QUEUE_ITEM}:
        return _address(noun, *rest)
    user, *place = rest
    if not _USER_ID.fullmatch(user):
        raise ValueError(user)
    queue = QueueKind(place[0]) if place else None
    title = _address(*place[1:]) if len(place) > 1 else None
    if title is not None and title.noun == "person":
        raise ValueError(title)
    return Personal(user, queue, title)


def _address(noun: str, *ids: str) -> Address:
    return Address("person" if noun == "person" else Kind(noun), ids)
