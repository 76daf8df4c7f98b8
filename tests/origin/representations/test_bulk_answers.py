"""Answers of many entries in one document."""

import json

import pytest

from gateway.origin.answers import Rendered
from gateway.origin.bulkanswers import encode_answers
from gateway.origin.errors import NotFound, Refusal
from gateway.origin.paths import Paths
from gateway.origin.representations.view import Output, Version, View

CREATED = Rendered(b'{"status":{"status_code":"201"}}', "1", status=201, location="http://a/?b&c")
FOUND = Rendered(b'{"a":"b","meta":{}}', "2")


def bulk(version: Version, *answers: Rendered | Refusal) -> object:
    """Return the JSON that holds *answers*."""
    view = View(Paths("http://api.netflix.com"), version, output=Output.JSON)
    return json.loads(encode_answers(view, ["entry_<a>", 'entry_"b"'][: len(answers)], answers).body)


E_TAG = {"name": "ETag", "value": '"1"'}
LOCATION = {"name": "Location", "value": "http://a/?b&c"}


@pytest.mark.parametrize(("version", "status"), [(Version.V1_5, "201"), (Version.V2_0, 201)])
def test_two_headers_and_two_states_are_arrays(version: Version, status: object) -> None:
    """A document that is a status stands beside the status of the answer, under the same name."""
    assert bulk(version, CREATED, NotFound()) == {
        "response": {
            "entry": [
                {
                    "id": "entry_<a>",
                    "body": {"status": [status, {"status_code": "201"}], "header": [E_TAG, LOCATION]},
                },
                {
                    "id": 'entry_"b"',
                    "body": {"status": {"status_code": 404, "message": "Resource not found"}},
                },
            ]
        }
    }


def test_one_entry_is_no_array_before_20() -> None:
    """The quirk of the conversion is in the wrapper, too; all members of the document are in the body."""
    header = {"name": "ETag", "value": '"2"'}

    assert bulk(Version.V1_0, FOUND) == {
        "response": {
            "entry": {"id": "entry_<a>", "body": {"status": "200", "header": header, "a": "b", "meta": {}}}
        }
    }


def test_names_and_headers_are_escaped_in_xml() -> None:
    """What callers choose cannot break the document."""
    view = View(Paths("http://api.netflix.com"))
    answer = Rendered(b"<a></a>", "1", location="http://a/?b&c")

    assert encode_answers(view, ["entry_<a>"], [answer]).body == (
        b"<response><entry><id>entry_&lt;a&gt;</id><body><status>200</status>"
        b'<header name="ETag" value="&quot;1&quot;"></header>'
        b'<header name="Location" value="http://a/?b&amp;c"></header><a></a></body></entry></response>'
    )
