"""Opaque, stable ids of the graph's nodes. Pure."""

import base64
import binascii

from gateway.resources import Kind
from gateway.schema.errors import BadUserInput
from gateway.upstream.errors import ForeignLink
from gateway.upstream.href import Address

_LONGEST = 512


def encode(address: Address) -> str:
    """Return the node id of what is at *address*."""
    text = ":".join((str(address.noun), *address.ids))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(id: str) -> Address:
    """Return the address behind a node *id*; raise ``BadUserInput`` when it is none of ours."""
    try:
        if len(id) > _LONGEST:
            raise BadUserInput("The id is too long.")
        text = base64.b64decode(id.encode() + b"=" * (-len(id) % 4), altchars=b"-_", validate=True).decode()
        noun, *ids = text.split(":")
        address = Address("person" if noun == "person" else Kind(noun), tuple(ids))
    except (binascii.Error, UnicodeError, ValueError, ForeignLink) as error:
        raise BadUserInput("The id is not an id of this graph.") from error
    if encode(address) != id:
        raise BadUserInput("The id is not an id of this graph.")
    return address
