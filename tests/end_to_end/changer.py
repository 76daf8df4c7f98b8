"""Somebody who changes things through the graph."""

from typing import Any, Final

from gateway.resources import Kind
from gateway.schema import ids
from gateway.upstream.href import Address
from tests.end_to_end.stack import Stack


def movie(number: int) -> str:
    """Return the id of a film."""
    return ids.encode(Address(Kind.MOVIE, (str(number),)))


def disc(number: int) -> str:
    """Return the id of a disc."""
    return ids.encode(Address(Kind.DISC, (str(number),)))


JAWS, RWANDA, STAR, PLATOON = map(movie, (60001220, 70019224, 17985448, 860591))
BEN_HUR: Final = movie(70038486)
"""A film on several discs."""
NOWHERE: Final = movie(1)

RESULT: Final = """
    __typename
    ... on QueueChanged {
        clientMutationId
        items { position format title { name { regular } } }
        notAdded { name { regular } } alreadyQueued { name { regular } }
        queue { etag items { totalCount nodes { title { id } } } }
    }
    ... on QueueConflict { message expected actual queue { etag items { nodes { title { id } } } } }
    ... on QueueRefused { reason message titles { id } }
"""


def queue_change(field: str) -> str:
    """Return the mutation *field* of a queue, with its input as a variable."""
    type_ = f"{field[0].upper()}{field[1:]}Input"
    return f"mutation Change($input: {type_}!) {{ {field}(input: $input) {{ {RESULT} }} }}"


class Subscriber:
    """Somebody who changes things through the graph."""

    def __init__(self, whole: Stack, user: str) -> None:
        self._whole = whole
        self._user = user

    async def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """Ask anything."""
        return await self._whole.ask(query, variables, user=self._user)

    async def change(self, field: str, **said: object) -> dict[str, Any]:
        """Change a queue, and return the result."""
        answer = await self.ask(queue_change(field), input=said)
        assert "errors" not in answer, answer
        result: dict[str, Any] = answer["data"][field]
        return result

    async def code(self, field: str, **said: object) -> str:
        """Return the code of the error that a change comes to."""
        answer = await self.ask(queue_change(field), input=said)
        assert answer.get("data") in (None, {field: None})
        return str(answer["errors"][0]["extensions"]["code"])

    async def titles(self, kind: str = "INSTANT") -> list[str]:
        """Return the ids of the titles in a queue."""
        items = "items(first: 500) { nodes { title { id } } }"
        query = f"query ($kind: QueueKind!) {{ viewer {{ queue(kind: $kind) {{ {items} }} }} }}"
        answer = await self.ask(query, kind=kind)
        return [node["title"]["id"] for node in answer["data"]["viewer"]["queue"]["items"]["nodes"]]

    async def etag(self) -> str:
        """Return the tag of the instant queue."""
        answer = await self.ask("{ viewer { queue(kind: INSTANT) { etag } } }")
        return str(answer["data"]["viewer"]["queue"]["etag"])
