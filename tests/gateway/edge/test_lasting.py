"""What subscriptions hold as long as they last: for each user, for all, and until they end."""

import json
from contextlib import AsyncExitStack, ExitStack

import pytest

from gateway.edge.lasting import Lasting, weight_of
from gateway.edge.request import Asked, Refusal
from tests.gateway.edge.test_sse import listening
from tests.gateway.edge.test_sse import tag as event
from tests.gateway.edge.test_websocket import opened, tag, until
from tests.gateway.queues import TAGS, QueueOrigin, live

pytestmark = pytest.mark.anyio

MUCH = {f"v{number}": [[{"a": 1}] * 30] * 30 for number in range(5)}
"""Of what no document declares: 4,500 objects, which take a megabyte."""


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_user_has_so_many_bytes(more: int) -> None:
    """One more is refused; whoever else subscribes is not, and what has ended does not count."""
    lasting = Lasting(user=100, worker=1_000)
    with lasting.held(60, "ann"):
        with ExitStack() as other:
            if more > 0:
                with pytest.raises(Refusal) as refused:
                    other.enter_context(lasting.held(40 + more, "ann"))
                assert (refused.value.status_code, refused.value.code) == (429, "LIMIT_EXCEEDED")
                message = "The bytes of the subscriptions of a user may be at most 100, not 101."
                assert refused.value.detail == message
            else:
                other.enter_context(lasting.held(40 + more, "ann"))
            other.enter_context(lasting.held(100, "bob"))
        with lasting.held(40, "ann"):
            assert lasting.bytes == 100

    assert lasting.bytes == 0


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_worker_has_so_many_bytes(more: int) -> None:
    """Of all users together; one more is told to come again."""
    lasting = Lasting(user=100, worker=150)
    with lasting.held(100, "ann"), ExitStack() as other:
        if more > 0:
            with pytest.raises(Refusal) as refused:
                other.enter_context(lasting.held(50 + more, "bob"))
            assert (refused.value.status_code, refused.value.code) == (503, "OVERLOADED")
            assert refused.value.headers == {"retry-after": "5"}
        else:
            other.enter_context(lasting.held(50 + more, "bob"))
        assert lasting.bytes == (100 if more > 0 else 150 + more)


def test_what_comes_along_counts() -> None:
    """It is kept as well, whether the document declares it or not."""
    plain = weight_of(Asked(TAGS, None, None), 1_000)

    assert plain > 20_000
    assert weight_of(Asked(TAGS, MUCH, None), 1_000) - plain > 900_000
    assert weight_of(Asked(TAGS, None, None), 2_000) - plain == 1_000


async def test_a_socket_asks_for_no_more_than_its_user_may() -> None:
    """What is too much ends with an error, all else goes on; who has left leaves nothing."""
    async with live(QueueOrigin(), "ann") as gateway:
        for _ in range(2):
            async with opened(gateway) as ann:
                await ann.begin()
                for number in range(4):
                    await ann.say("subscribe", id=str(number), payload={"query": TAGS, "variables": MUCH})
                heard = sorted([await ann.hear() for _ in range(4)], key=lambda each: str(each["id"]))
                assert heard[:3] == [tag(str(number), 1) for number in range(3)]
                assert heard[3]["type"] == "error"
                assert heard[3]["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
            await until(lambda: gateway.streams.count == 0)


async def test_an_event_stream_is_refused_that_is_too_much() -> None:
    """Plainly, with when to come again."""
    asked = {"query": TAGS, "variables": MUCH}
    async with live(QueueOrigin(), "ann", user_streams=10) as gateway, AsyncExitStack() as stack:
        held = [await stack.enter_async_context(listening(gateway, json=asked)) for _ in range(3)]
        async with listening(gateway, json=asked) as refused:
            body = json.loads(await refused.response.aread())
        heard = [await each.next() for each in held]

    assert heard == [event(1)] * 3
    assert (refused.response.status_code, refused.response.headers["retry-after"]) == (429, "5")
    assert body["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
