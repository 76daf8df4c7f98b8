"""How many tokens a document has, and how deep its brackets go, told without a parser. Pure.

A parser makes an object of each token, and calls itself for each bracket. What is counted here is what it
would find in a document that is GraphQL; in one that is none, at least what it finds before it gives up.
"""

import re
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r'"""(?:\\"""|[^"]|"(?!""))*(?:"""|\Z)'  # a block string
    r'|"(?:\\.|[^"\\\n\r])*"?'  # a string
    r"|\#[^\n\r]*"  # a comment
    r"|(?P<open>[\[({])|(?P<close>[\])}])"
    r"|[_A-Za-z][_0-9A-Za-z]*"
    r"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
    r"|\.\.\."
    r"|[^\s,\ufeff]"  # a punctuator, or what is no token at all
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a document."""

    count: int
    """A comment is one: parsers make an object of it too."""
    nesting: int
    """How many brackets are open at most at once."""


def tokens_of(document: str) -> Tokens:
    """Count the tokens of *document*."""
    count = nesting = is_open = 0
    for match in _TOKEN.finditer(document):
        kind = match.lastgroup
        count += 1
        if kind == "open":
            is_open += 1
            nesting = max(nesting, is_open)
        elif kind == "close":
            is_open -= 1
    return Tokens(count, nesting)
