"""The limits that hold where nobody sets others: as they are written down."""

from gateway.edge.limits import INTROSPECTION, NESTING, VALUES, Limits
from gateway.edge.request import LARGEST_BODY
from gateway.edge.strict_json import MOST_DEPTH, MOST_DIGITS
from gateway.protocol import Bounds
from gateway.settings import Settings
from gateway.upstream import client
from gateway.upstream.bulkheads import Room

SETTINGS = Settings(origin_url="http://o.test", consumer_key="key", consumer_secret="secret")


def test_what_a_request_may_be() -> None:
    """Bytes, headers and seconds of HTTP; bytes, levels and digits of JSON; the sizes of a document."""
    assert Bounds() == Bounds(
        head_within=10, body_within=15, taken_within=30, url=8_192, header_bytes=16_384, headers=100
    )
    assert (LARGEST_BODY, MOST_DEPTH, MOST_DIGITS) == (1_000_000, 64, 400)
    assert Limits() == Limits(
        characters=32_768,
        tokens=1_000,
        depth=10,
        aliases=30,
        root_fields=20,
        directives=50,
        fragments=20,
        equal_names=10,
        list_length=500,
        first=500,
        objects=5_000,
        text=5_000_000,
    )
    assert (NESTING, INTROSPECTION, VALUES) == (64, 20, 10_000)


def test_what_an_operation_may_cost() -> None:
    """Seconds, calls, attempts; operations at once, and requests to sign in."""
    assert (SETTINGS.operation_timeout, SETTINGS.calls_per_operation, SETTINGS.attempts) == (10, 200, 3)
    assert SETTINGS.change_timeout == 15
    assert (SETTINGS.operations_at_once, SETTINGS.sign_ins_per_minute) == (200, 120)


def test_what_an_attempt_may_take() -> None:
    """Seconds and bytes of one request to the origin, and how many there are at once."""
    assert (SETTINGS.origin_timeout, SETTINGS.origin_first_byte) == (5, 3)
    assert client.Limits() == client.Limits(
        attempt=5,
        first_byte=3,
        connect=1,
        wire_bytes=2_000_000,
        inflated_bytes=8_000_000,
        ratio=100,
        connections=16,
    )
    assert Room() == Room(requests=16, each_identity=10)
