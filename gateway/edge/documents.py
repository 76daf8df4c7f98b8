"""Documents, parsed, limited and validated once for all who ask the same."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from graphql import DocumentNode, GraphQLError, GraphQLSchema, GraphQLSyntaxError, parse, validate

from gateway.edge.limits import NESTING, Limits, check
from gateway.edge.rules import RULES
from gateway.edge.shape import Shape, shape_of
from gateway.edge.tokens import tokens_of
from gateway.schema.errors import LimitExceeded
from gateway.schema.execution import Admitted

_ON_THE_LOOP: Final = 150
"""Tokens of a document that is validated at once; larger ones are in a thread, so that others go on."""

_KEPT: Final = 20_000_000
"""Bytes of all documents that are kept, about."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A document that was read before."""

    document: DocumentNode
    shape: Shape
    errors: tuple[GraphQLError, ...]
    tokens: int
    characters: int

    @property
    def weight(self) -> int:
        """Bytes that it takes, about: an error tells a text once more, as it is and as it is printed."""
        return 2_000 + 500 * self.tokens + 6 * self.characters


class Documents:
    """Reads documents of one schema."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, may_introspect: bool = True) -> None:
        self._schema = schema
        self._limits = limits
        self._may_introspect = may_introspect
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._kept = 0
        self._validating = asyncio.Lock()

    async def admit(self, text: str, variables: Mapping[str, object]) -> Admitted:
        """Return the document that *text* is, with what is wrong with it; without it where it is none.

        What is more than a limit is told as ``LimitExceeded``, before anything is asked.
        """
        try:
            known = await self._read(text)
            self._limits.check_variables(known.shape, variables)
        except GraphQLSyntaxError as error:
            return Admitted(None, [error])
        except LimitExceeded as error:
            return Admitted(None, [GraphQLError(str(error), original_error=error)])
        return Admitted(known.document, list(known.errors))

    async def _read(self, text: str) -> _Known:
        known = self._known.get(text)
        if known is None:
            known = await self._validated(text, self._parsed(text))
        else:
            self._known.move_to_end(text)
        return known

    def _parsed(self, text: str) -> _Known:
        check("The characters of a document", len(text), self._limits.characters)
        tokens = tokens_of(text)
        check("The tokens of a document", tokens.count, self._limits.tokens)
        check("The nesting of brackets", tokens.nesting, NESTING)
        document = parse(text, max_tokens=self._limits.tokens)
        shape = shape_of(document)
        self._limits.check_shape(shape)
        return _Known(document, shape, (), tokens.count, len(text))

    async def _validated(self, text: str, parsed: _Known) -> _Known:
        if parsed.tokens <= _ON_THE_LOOP:
            return self._keep(text, replace(parsed, errors=self._errors(parsed)))
        async with self._validating:  # One at a time: they would only take turns.
            if text in self._known:
                return self._known[text]
            errors = await asyncio.to_thread(self._errors, parsed)
        return self._keep(text, replace(parsed, errors=errors))

    def _errors(self, parsed: _Known) -> tuple[GraphQLError, ...]:
        if parsed.shape.is_introspection and not self._may_introspect:
            return (GraphQLError("The schema is not to be asked about here."),)
        errors = validate(self._schema, parsed.document, RULES)
        return tuple(errors if self._may_introspect else map(_without_suggestions, errors))

    def _keep(self, text: str, known: _Known) -> _Known:
        before = self._known.pop(text, None)
        self._kept += known.weight - (before.weight if before else 0)
        self._known[text] = known
        while self._kept > _KEPT:
            _, oldest = self._known.popitem(last=False)
            self._kept -= oldest.weight
        return known


def _without_suggestions(error: GraphQLError) -> GraphQLError:
    """Return *error* without names of the schema that a caller did not name."""
    message, _, suggested = error.message.partition(" Did you mean")
    return GraphQLError(message, error.nodes) if suggested else error
