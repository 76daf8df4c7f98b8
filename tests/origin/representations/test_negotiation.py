"""What callers like to read, as their headers have it."""

import pytest

from gateway.origin.negotiation import read_output, wants_json
from gateway.origin.representations.view import Output


@pytest.mark.parametrize(
    ("accept", "output"),
    [
        ("", Output.POX),
        ("*/*", Output.POX),
        ("application/*", Output.POX),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", Output.POX),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Output.POX),
        ("text/xml, application/json", Output.POX),
        ("application/xml;q=0.5, application/json;q=0.4", Output.POX),
        ("application/json;q=0", Output.POX),
        ("application/json;q=0, */*", Output.POX),
        ("application/json;q=nonsense;q=0", Output.POX),
        ("application/json", Output.JSON),
        ("APPLICATION/JSON; charset=utf-8", Output.JSON),
        ("application/json, text/plain, */*", Output.JSON),
        ("application/json, text/javascript, */*; q=0.01", Output.JSON),
        ("text/javascript", Output.JSON),
        ("application/xml;q=0.4, application/json;q=0.5", Output.JSON),
        ("text/xml;q=0, application/xml;q=0, */*", Output.JSON),
        (",;q=1,/,", Output.POX),
    ],
)
def test_json_is_sent_where_it_is_more_welcome(accept: str, output: Output) -> None:
    """JSON goes out where it is liked more than XML, or named where XML is only let pass."""
    assert read_output({}, accept) is output


@pytest.mark.parametrize(
    ("parameters", "accept", "is_wanted"),
    [
        ([], "", False),
        ([], "application/json", True),
        ([("output", "json")], "", True),
        ([("output", "JSON"), ("output", "json"), ("output", "")], "text/xml", True),
        ([("output", "json"), ("output", "pox")], "application/json", False),
        ([("output", "nonsense")], "application/json", False),
        ([("output", "")], "application/json", True),
        ([("other", "json")], "", False),
    ],
)
def test_a_refusal_is_json_only_where_that_is_clear(
    parameters: list[tuple[str, str]], accept: str, *, is_wanted: bool
) -> None:
    """A request that is wrong in its other parameters can still say how it reads."""
    assert wants_json(parameters, accept) is is_wanted
