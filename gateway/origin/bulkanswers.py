"""The document that holds all answers to a bulk request, in XML or in JSON (contract 3.18). Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

import orjson

from gateway.contract import JSON
from gateway.origin.answers import Rendered
from gateway.origin.errors import Refusal
from gateway.origin.representations import json1
from gateway.origin.representations.rendering import Encoded, pox, text
from gateway.origin.representations.status import status
from gateway.origin.representations.view import Output, View

Answered = Iterable[tuple[str, Rendered | Refusal]]
"""Answers, each with the name of its entry."""

_STATUS: Final = b'{"status":'


def encode_answers(view: View, names: Sequence[str], answers: Sequence[Rendered | Refusal]) -> Encoded:
    """Return the document that holds *answers* under *names*.

    The documents are written already, each with its own tag, so the wrapper goes around their bytes.
    """
    answered = zip(names, answers, strict=True)
    if view.output is Output.JSON:
        return Encoded(_json(answered, is_designed=view.is_thin), JSON)
    return Encoded(_pox(answered))


def _pox(answered: Answered) -> bytes:
    parts = [
        b"<entry><id>%s</id><body>%s</body></entry>" % (text(name), _pox_body(answer))
        for name, answer in answered
    ]
    return b"<response>%s</response>" % b"".join(parts)


def _pox_body(answer: Rendered | Refusal) -> bytes:
    if isinstance(answer, Refusal):
        return pox(status(answer))
    headers = b"".join(
        b'<header name="%s" value="%s"></header>' % (name.encode(), text(value))
        for name, value in _headers(answer)
    )
    return b"<status>%d</status>%s%s" % (answer.status, headers, answer.body)


def _json(answered: Answered, *, is_designed: bool) -> bytes:
    """Return what the conversion of the XML would be; in 2.0 arrays are arrays and numbers numbers."""
    parts = [
        b'{"id":%s,"body":{%s}}' % (orjson.dumps(name), _json_members(answer, is_designed=is_designed))
        for name, answer in answered
    ]
    if is_designed or len(parts) > 1:
        return b'{"response":{"entry":[%s]}}' % b",".join(parts)
    return b'{"response":{"entry":%s}}' % parts[0] if parts else b'{"response":""}'


def _json_members(answer: Rendered | Refusal, *, is_designed: bool) -> bytes:
    if isinstance(answer, Refusal):
        return json1.encode(status(answer))[1:-1]
    headers = [{"name": name, "value": value} for name, value in _headers(answer)]
    has_array = is_designed or len(headers) > 1
    first = orjson.dumps(answer.status if is_designed else str(answer.status))
    members, rest = b'"status":%s,"header":%s', answer.body[1:-1]
    header = orjson.dumps(headers if has_array else headers[0])
    if answer.body.startswith(_STATUS):
        # Two members of one name are one array.
        both = b"[%s,%s]" % (first, answer.body[len(_STATUS) : -1])
        return members % (both, header)
    return b"%s,%s" % (members % (first, header), rest)


def _headers(answer: Rendered) -> list[tuple[str, str]]:
    headers = [("ETag", f'"{answer.etag}"')]
    if answer.location is not None:
        headers.append(("Location", answer.location))
    return headers
