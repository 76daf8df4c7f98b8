"""How documents are read: counted before they are parsed, once for all, and without holding up others."""

import asyncio
import gc
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Final

import pytest
from graphql import GraphQLError, GraphQLSyntaxError, Lexer, Source, TokenKind, parse
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.edge import documents as reading
from gateway.edge.documents import Documents
from gateway.edge.limits import Limits
from gateway.edge.tokens import tokens_of
from gateway.schema.query import make_schema

pytestmark = pytest.mark.anyio

SCHEMA: Final = make_schema().core
HOLD: Final = 0.05
"""Seconds for which the loop may be held."""

TOKENS: Final = (
    *("{", "}", "(", ")", "[", "]", "!", "$", "&", "=", "@", "|", ":", "...", "name", "_1", "7", "-1.5e+3"),
    *('""', '"a \\" {"', '""""""', '"""a "" \\""" { # """', "# {[(\n", ",", "\n", "\ufeff", "0"),
)


def _counted(text: str) -> int:
    """Return how many tokens graphql-core finds, comments included."""
    token = Lexer(Source(text)).advance()
    lexer, found = Lexer(Source(text)), 0
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        pass
    while token.prev is not None:
        found += token.kind is not TokenKind.EOF
        token = token.prev
    return found


@given(st.lists(st.sampled_from(TOKENS)).map(" ".join))
@example('{ a(b: """x""") # c')
def test_tokens_are_counted_as_a_parser_counts_them(text: str) -> None:
    """The count and the nesting are those that a lexer finds, where it finds any."""
    found = tokens_of(text)

    try:
        assert found.count == _counted(text)
    except GraphQLSyntaxError:
        return


@given(st.text(alphabet='{}[]()"\\#.a1 \n', max_size=60))
def test_whatever_is_written_is_counted(text: str) -> None:
    """What graphql-core parses has as many tokens as it found; what is none is counted somehow."""
    found = tokens_of(text)

    try:
        parse(text)
    except GraphQLSyntaxError:
        return
    assert found.count == _counted(text)


def _documents(**limits: int) -> Documents:
    return Documents(SCHEMA, Limits(**limits))


def _text(number: int, fields: int = 300) -> str:
    names = " ".join(f"a{number}_{each}: __typename" for each in range(fields))
    return f"{{ {names} }}"


async def test_a_document_is_read_once() -> None:
    """Who asks the same again gets the same, with what is wrong with it."""
    documents = _documents()
    good = [await documents.admit("{ __typename }", {}) for _ in range(2)]
    bad = [await documents.admit("{ x }", {}) for _ in range(2)]

    assert good[0].document is good[1].document
    assert bad[0].errors[0] is bad[1].errors[0]


async def test_a_large_document_is_validated_once_at_once() -> None:
    """Those who ask the same at one time wait for one validation."""
    documents = _documents(aliases=10**6, root_fields=10**6)

    admitted = await asyncio.gather(*(documents.admit(_text(0), {}) for _ in range(5)))

    assert len({id(each.document) for each in admitted}) == 1
    assert [each.errors for each in admitted] == [[]] * 5


async def test_documents_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many documents, those that were asked last are kept."""
    monkeypatch.setattr(reading, "_KEPT", 1_500_000)
    documents = _documents(aliases=10**6, root_fields=10**6)
    first = await documents.admit(_text(0), {})
    second = await documents.admit(_text(1), {})
    assert (await documents.admit(_text(0), {})).document is first.document

    for number in range(2, 4):
        await documents.admit(_text(number), {})

    assert (await documents.admit(_text(0), {})).document is first.document
    assert (await documents.admit(_text(1), {})).document is not second.document


async def test_long_texts_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document of few tokens weighs what its text does, however many different ones are asked."""
    monkeypatch.setattr(reading, "_KEPT", 1_000_000)
    documents = _documents()
    texts = [f"{{ __typename }} # {number}{'x' * 30_000}" for number in range(10)]
    first = await documents.admit(texts[0], {})

    for text in texts[1:]:
        await documents.admit(text, {})

    assert (await documents.admit(texts[0], {})).document is not first.document


async def test_texts_that_are_too_long_take_nobodys_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are refused anew each time, which takes no time."""
    monkeypatch.setattr(reading, "_KEPT", 1_000_000)
    documents = _documents(aliases=10**6, root_fields=10**6)
    kept = await documents.admit(_text(0), {})

    for number in range(4):
        refused = await documents.admit(f"{{ __typename }} # {number}{'x' * 900_000}", {})
        assert [error.message for error in refused.errors] == [
            "The characters of a document may be at most 32768, not 900018."
        ]

    assert (await documents.admit(_text(0), {})).document is kept.document


CORPUS: Final[dict[str, Callable[[], str]]] = {
    "unknown fields": lambda: f"{{ {' '.join(f'titel{number}' for number in range(990))} }}",
    "equal fields": lambda: (
        "{ " + " ".join(['titles(search: "x") { nodes { name { regular short } } }'] * 10) + " }"
    ),
    "equal fields in equal fields": lambda: (
        "{ "
        + " ".join(['titles(search: "x") { nodes { ' + "name { regular regular regular } " * 8 + "} }"] * 10)
        + " }"
    ),
    "a fan": lambda: (
        '{ titles(search: "x") { nodes { ...F0 ...F1 } } }'
        + " ".join(
            f"fragment F{one} on Title {{ id {' '.join(f'...F{two}' for two in range(one + 1, 20))} }}"
            for one in range(20)
        )
    ),
    "a circle": lambda: (
        "{ ...F0 }"
        + " ".join(f"fragment F{number} on Query {{ ...F{(number + 1) % 20} }}" for number in range(20))
    ),
    "deep values": lambda: "{ nodes(ids: " + "[" * 60 + "]" * 60 + ") { id } }",
    "a comment": lambda: "{ __typename } # " + "x" * 1_000_000,
    "many comments": lambda: "#\n" * 16_000 + "{ __typename }",
    "a block string": lambda: '{ node(id: """' + '\\"""' * 8_000 + '""") { id } }',
    "an open block string": lambda: '{ node(id: """' + '" ' * 16_000,
    "escapes": lambda: '{ node(id: "' + "\\u{1F600}" * 3_000 + '") { id } }',
    "a huge number": lambda: '{ titles(search: "x", first: ' + "9" * 30_000 + ") { totalCount } }",
    "many operations": lambda: " ".join(f"query Q{number} {{ __typename }}" for number in range(198)),
    "many variables": lambda: (
        "query (" + " ".join(f"$a{number}: Int" for number in range(240)) + ") { __typename }"
    ),
}


@asynccontextmanager
async def _held() -> AsyncIterator[list[float]]:
    """Measure for how long the loop works without a turn for others, in its own seconds of work."""
    longest = [0.0]

    async def watch() -> None:
        for turn in count():
            before = time.thread_time()
            await asyncio.sleep(0)
            if turn:
                longest[0] = max(longest[0], time.thread_time() - before)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    try:
        yield longest
    finally:
        watching.cancel()


@pytest.mark.verify
@pytest.mark.parametrize("name", CORPUS)
async def test_nobody_waits_for_a_bad_document(name: str) -> None:
    """No document holds the loop for longer than 50 ms, be it taken or refused (T22, Q6, Q7)."""
    document = CORPUS[name]()
    tries = []
    for _ in range(3):  # The best: a machine has other things to do.
        async with _held() as longest:
            await Documents(SCHEMA, Limits()).admit(document, {})
        tries.append(longest[0])

    assert min(tries) < HOLD


async def test_a_large_document_is_validated_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a large document is validated, the loop goes on; a small one is not worth a thread."""
    threads: list[bool] = []

    def validate(*_arguments: object) -> list[GraphQLError]:
        threads.append(threading.current_thread() is threading.main_thread())
        return []

    monkeypatch.setattr(reading, "validate", validate)
    documents = _documents(aliases=10**6, root_fields=10**6)
    await documents.admit("{ __typename }", {})
    await documents.admit(_text(0), {})

    assert threads == [True, False]


@pytest.mark.parametrize("name", CORPUS)
async def test_a_document_goes_away_when_it_is_no_longer_kept(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the garbage collector, which would have to look at everything that is kept."""
    documents = _documents()
    await documents.admit(CORPUS[name](), {})
    monkeypatch.setattr(reading, "_KEPT", 10_000)
    gc.collect()
    gc.disable()
    try:
        await documents.admit("{ __typename }" + " " * 2_000, {})  # It takes the place.
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        left = {type(each).__name__ for each in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()

    assert not left & {"Token", "FieldNode", "GraphQLError"}


async def test_what_is_refused_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks once more what is too large, or no document, is told the same without its being read."""
    documents = _documents()
    texts = ["{ a " * 70 + "}" * 70, "{", "{ __typename }" + " # x" * 10_000]
    before = [(await documents.admit(text, {})).errors for text in texts]
    monkeypatch.setattr(reading, "tokens_of", None)

    assert [(await documents.admit(text, {})).errors for text in texts] == before
    assert all(before)


class _Turns:
    """Counts the turns of the loop, and the documents that are validated in each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0
        self.validated: Counter[int] = Counter()
        monkeypatch.setattr(reading, "validate", self._validate)

    def _validate(self, *_arguments: object) -> list[GraphQLError]:
        self.validated[self.now] += 1
        return []

    async def taken_by(self, *texts: str) -> int:
        """Return how many turns it takes until all *texts* that come at once are read."""

        async def count() -> None:
            while True:
                self.now += 1
                await asyncio.sleep(0)

        documents, before = _documents(aliases=10**6, root_fields=10**6), self.now
        counting = asyncio.create_task(count())
        async with asyncio.timeout(10):
            await asyncio.gather(*(documents.admit(text, {}) for text in texts))
        counting.cancel()
        return self.now - before


@pytest.mark.parametrize(("fields", "in_a_turn"), [(1, 3), (8, 2), (18, 1), (25, 1)])
async def test_small_documents_are_read_a_few_a_turn(
    fields: int, in_a_turn: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many come at once, a turn has as many as are soon read, and no turn goes by without (T22)."""
    turns = _Turns(monkeypatch)
    await turns.taken_by(*(_text(number, fields) for number in range(60)))

    first = min(turns.validated)
    assert turns.validated == dict.fromkeys(range(first, first + 60 // in_a_turn), in_a_turn)


async def test_equal_small_documents_take_no_turns_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """All who ask the same new one at once have it when the first has."""
    turns = _Turns(monkeypatch)
    alone = await turns.taken_by("{ __typename }")
    together = await turns.taken_by(*["{ __typename }"] * 100)

    assert (together, turns.validated.total()) == (alone, 2)


async def test_one_who_leaves_lets_no_other_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large document is read to its end where nobody waits for it; the next is read after it (T22)."""
    documents = Documents(make_schema().core, Limits())
    begun, gate, read = list[str](), threading.Event(), documents._new  # noqa: SLF001

    def held(text: str) -> reading._Known:
        begun.append(text)
        assert gate.wait(10)
        return read(text)

    monkeypatch.setattr(documents, "_new", held)
    first, second = ("{ " + f"a{number}: __typename " + "__typename " * 90 + "}" for number in range(2))
    leaving = asyncio.create_task(documents.admit(first, {}))
    async with asyncio.timeout(10):
        while not begun:  # noqa: ASYNC110 - a thread says it
            await asyncio.sleep(0)
    leaving.cancel()
    staying = asyncio.create_task(documents.admit(second, {}))
    for _ in range(1_000):
        await asyncio.sleep(0)
    before = list(begun)
    gate.set()
    await staying

    assert (before, begun) == ([first], [first, second])
