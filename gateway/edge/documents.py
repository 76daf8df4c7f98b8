"""Documents, parsed, limited and validated once for all who ask the same."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from graphql import DocumentNode, GraphQLError, GraphQLSchema, GraphQLSyntaxError, parse, validate

from gateway import garbage
from gateway.edge.limits import NESTING, Limits, check
from gateway.edge.rules import RULES
from gateway.edge.shape import Shape, shape_of
from gateway.edge.tokens import tokens_of
from gateway.elsewhere import elsewhere
from gateway.schema.errors import LimitExceeded
from gateway.schema.execution import Admitted
from gateway.schema.pace import Pace, SharedTurns

_ON_THE_LOOP: Final = 80
"""Tokens of a document that is read on the loop; larger ones are in a thread, so that others go on."""

_A_TURN: Final = 60
"""Tokens after which no further document is begun in a turn of the loop: some five milliseconds of work."""

_EACH: Final = 15
"""Tokens that take as long as what there is to do for any document, however small."""

_SHORT: Final = 1_000
"""Characters of a document whose tokens are counted at once."""

_KEPT: Final = 20_000_000
"""Bytes of all documents that are kept, about."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A text that was read before."""

    document: DocumentNode | None
    """None of what is no document, or too large."""
    shape: Shape | None
    errors: tuple[GraphQLError, ...]
    weight: int
    """Bytes that it takes, about: an error tells a text once more, as it is and as it is printed."""


class Documents:
    """Reads documents of one schema."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, may_introspect: bool = True) -> None:
        self._schema = schema
        self._limits = limits
        self._may_introspect = may_introspect
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._kept = 0
        self._pace = Pace(SharedTurns(_A_TURN), going_on=lambda: None)
        self._reading_elsewhere = asyncio.Lock()

    async def admit(self, text: str, variables: Mapping[str, object]) -> Admitted:
        """Return the document that *text* is, with what is wrong with it; without it where it is none.

        What is more than a limit is told as ``LimitExceeded``, before anything is asked.
        """
        known = await self._read(text)
        if known.shape is not None:
            try:
                self._limits.check_variables(known.shape, variables)
            except LimitExceeded as error:
                return Admitted(None, [_told(error)])
        return Admitted(known.document, list(known.errors), known.weight)

    async def _read(self, text: str) -> _Known:
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
            return known
        if len(text) > self._limits.characters:  # It is refused at once, and not worth any other's place.
            return self._new(text)
        tokens = tokens_of(text).count if len(text) <= _SHORT else None
        if tokens is None or tokens > _ON_THE_LOOP:
            return await self._read_elsewhere(text)
        read: _Known = await self._pace.later(partial(self._read_here, text, tokens))
        return read

    def _read_here(self, text: str, tokens: int) -> _Known:
        if text in self._known:
            return self._known[text]
        self._pace.spend(_EACH + tokens)
        return self._keep(text, self._new(text))

    async def _read_elsewhere(self, text: str) -> _Known:
        # One at a time: threads would only take turns.
        read = partial(self._known_or_new, text)
        return await elsewhere(self._reading_elsewhere, read, partial(self._keep, text))

    def _known_or_new(self, text: str) -> _Known:
        """Return what others have read while this had to wait, or read it, which leaves much garbage."""
        known = self._known.get(text)
        if known is not None:
            return known
        with garbage.collected_after():
            return self._new(text)

    def _new(self, text: str) -> _Known:
        weight = 2_000 + 6 * len(text)
        try:
            tokens, document, shape = self._parsed(text)
        except GraphQLSyntaxError as error:
            return _Known(None, None, (_forget_where(error),), weight)
        except LimitExceeded as error:
            return _Known(None, None, (_told(error),), weight)
        return _Known(document, shape, self._errors(document, shape), weight + 500 * tokens)

    def _parsed(self, text: str) -> tuple[int, DocumentNode, Shape]:
        check("The characters of a document", len(text), self._limits.characters)
        tokens = tokens_of(text)
        check("The tokens of a document", tokens.count, self._limits.tokens)
        check("The nesting of brackets", tokens.nesting, NESTING)
        document = parse(text, max_tokens=self._limits.tokens)
        _unchain(document)
        shape = shape_of(document)
        self._limits.check_shape(shape)
        return tokens.count, document, shape

    def _errors(self, document: DocumentNode, shape: Shape) -> tuple[GraphQLError, ...]:
        if shape.is_introspection and not self._may_introspect:
            return (GraphQLError("The schema is not to be asked about here."),)
        errors = validate(self._schema, document, RULES)
        for error in errors:
            _forget_where(error)
        return tuple(errors if self._may_introspect else map(_without_suggestions, errors))

    def _keep(self, text: str, known: _Known) -> _Known:
        before = self._known.pop(text, None)
        self._kept += known.weight - (before.weight if before else 0)
        self._known[text] = known
        while self._kept > _KEPT:
            _, oldest = self._known.popitem(last=False)
            self._kept -= oldest.weight
        return known


def _told(error: LimitExceeded) -> GraphQLError:
    return _forget_where(GraphQLError(str(error), original_error=error))


def _forget_where(error: GraphQLError) -> GraphQLError:
    """Let *error* no longer know what was going on where it was found: all of that would be kept with it."""
    if error.original_error is not None:
        error.original_error.__traceback__ = None
    return error.with_traceback(None)


def _unchain(document: DocumentNode) -> None:
    """Let the tokens of *document* no longer know each other.

    Nobody asks them, and a document of which each part leads to every other goes away only when the garbage
    collector has looked at everything that is kept; thousands of those hold up all others.
    """
    token = document.loc.start_token if document.loc else None
    while token is not None:
        following = token.next
        token.prev = token.next = None
        token = following


def _without_suggestions(error: GraphQLError) -> GraphQLError:
    """Return *error* without names of the schema that a caller did not name."""
    message, _, suggested = error.message.partition(" Did you mean")
    return GraphQLError(message, error.nodes) if suggested else error
