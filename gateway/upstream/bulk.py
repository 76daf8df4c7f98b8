"""Writes bulk requests and reads their answers: an answer or a failure for every entry asked for. Pure."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from gateway.resources import Content, Href
from gateway.upstream import etag, hypermedia
from gateway.upstream.errors import (
    DuplicateEntry,
    MalformedDocument,
    MissingEntry,
    OriginRefused,
    UpstreamError,
)
from gateway.upstream.pox import Element, Node, as_integer, fold, parse

_log: Final = logging.getLogger(__name__)

_WRAPPER: Final = frozenset({"status", "status_code", "header"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What one entry of a bulk answer holds."""

    status: int
    etag: str | None
    content: Content


def form(entries: Mapping[str, str]) -> bytes:
    """Return the body of a bulk request: each name of *entries* with its signed address."""
    return urlencode(entries, quote_via=quote, safe="").encode("ascii")


def read_answer(document: bytes, asked: Mapping[str, Href]) -> dict[str, Entry | UpstreamError]:
    """Return what *document* holds for each name of *asked*; raise MalformedDocument if it is no bulk answer.

    A name answers for itself alone: what is missing, doubled or wrong with one leaves the others be.
    """
    root = Node(parse(document))
    if root.name != "response":
        raise MalformedDocument("/", "a bulk answer")
    answers: dict[str, Entry | UpstreamError] = {}
    unknown = 0
    for entry in root.every("entry"):
        name = entry.text("id")
        href = asked.get(name) if name else None
        if name is None or href is None:
            unknown += 1
            continue
        # Of two answers neither is to be trusted.
        answers[name] = DuplicateEntry(href) if name in answers else _read_entry(entry, href)
    if unknown:
        _log.warning("The origin's bulk answer has %d entries nobody asked for.", unknown)
    return {name: answers.get(name) or MissingEntry(href) for name, href in asked.items()}


def _read_entry(entry: Node, href: Href) -> Entry | UpstreamError:
    body = entry.first("body")
    if body is None:
        return MalformedDocument(f"{entry.where}/body", "a body")
    try:
        status = _status(body, href)
        content = hypermedia.read_answer(_inner(body), href)
    except UpstreamError as error:
        return error
    return Entry(status, _etag(body), content)


def _status(body: Node, href: Href) -> int:
    """Return the status of an entry; raise OriginRefused unless it is 200."""
    for refusal in body.every("status"):
        if refusal.first("status_code") is not None:
            raise hypermedia.refusal(refusal, href)
    codes = body.every("status", "status_code")
    code = as_integer(fold(next((node.element.text for node in codes), None)))
    if code is None or not 100 <= code <= 599:
        raise MalformedDocument(f"{body.where}/status", "a status")
    if code != 200:
        raise OriginRefused(href, code, message=hypermedia.sentence(body.text("message") or ""))
    return code


def _inner(body: Node) -> Element:
    documents = list(_documents(body))
    if len(documents) != 1:
        raise MalformedDocument(body.where, "one document")
    return documents[0]


def _documents(body: Node) -> Iterator[Element]:
    return (child for child in body.element if child.tag not in _WRAPPER)


def _etag(body: Node) -> str | None:
    for header in body.every("header"):
        if (header.attribute("name") or "").lower() == "etag":
            return etag.normalise(header.attribute("value") or "")
    return None
