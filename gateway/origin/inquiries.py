"""A request as the origin sees it, whether it came by itself or as an entry of a bulk request. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.origin.errors import Invalid
from gateway.origin.forms import Pairs
from gateway.origin.representations.view import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """Who wants what: verb, address, parameters by where they were, and the way they were signed."""

    verb: str
    bases: tuple[str, ...]
    """Scheme and host that the signature may have been made for, the likeliest first."""
    path: str
    """As it was sent, percent-encoding and all."""
    query: Pairs = ()
    form: Pairs = ()
    unsigned: Pairs = ()
    """Fields of a multipart body, which no signature covers (RFC 5849, 3.4.1.3.1)."""
    authorization: str | None = None
    body: bytes = b""
    """A body that is no form: a document to be stored."""
    if_match: str = ""
    """The state that a change was made for, by the header of that name."""
    etag: str = ""
    """The same, as a header of a document that is to be stored (contract 3.12)."""
    accept: str = ""
    """What the caller likes to be answered in."""
    output: Output | None = None
    """What the answer has to be in, whatever the parameters say: an entry is part of a bulk answer."""

    @property
    def parameters(self) -> Sequence[tuple[str, str]]:
        """Return all parameters but those that sign."""
        sent = (*self.query, *self.form, *self.unsigned)
        return [(name, value) for name, value in sent if not name.startswith("oauth_")]


_OVERRIDE: Final = "method"
_VERBS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})


def read_parameters(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Return the parameters by name; one that says two different things is refused."""
    parameters: dict[str, str] = {}
    for name, value in pairs:
        if parameters.setdefault(name, value) != value:
            raise Invalid(name if name.isidentifier() else "parameter")
    return parameters


def read_verb(inquiry: Inquiry, parameters: Mapping[str, str]) -> str:
    """Return the verb that is meant: ``method`` overrides the real one (contract 1.3)."""
    override = parameters.get(_OVERRIDE, "")
    if override and override.upper() not in _VERBS:
        raise Invalid(_OVERRIDE)
    return override.upper() or inquiry.verb
