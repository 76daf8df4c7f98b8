"""The deployments of the files, running: each on a database of its own, and this machine's Redis.

The steps follow one another, as they would where the files are used.
"""

import asyncio
import signal
from typing import Final

import httpx
from redis.asyncio import Redis

from gateway.serving import STOP_WITHIN
from gateway.stores.redis_calls import RedisCalls
from gateway.upstream.identity import PUBLIC
from gateway.upstream.quota.meter import Account, Allowance, OwnMeter
from gateway.upstream.quota.shared import SharedMeter
from tests.docker.conftest import Running
from tests.docker.load import loaded
from tests.services import REDIS

JAWS: Final = '{ titles(search: "jaws", first: 1) { nodes { name { regular } cast { name bio } } } }'
JAWS_CREW: Final = '{ titles(search: "jaws", first: 1) { nodes { directors { name bio } } } }'
WHO: Final = "{ viewer { firstName } }"


def _cost(answer: httpx.Response) -> int:
    cost: int = answer.json()["extensions"]["cost"]["actual"]
    return cost


def _used(running: Running) -> int:
    """Return how many calls of the consumer's Redis has counted for all gateways."""

    async def read() -> int:
        async with Redis.from_url(REDIS) as redis:
            allowance = Allowance(1, 1)
            own = OwnMeter(allowance, clock=lambda: 0)
            key = running.engine.secrets["consumer_key"].strip()
            return await SharedMeter(RedisCalls(redis), own, key, allowance).used(Account(PUBLIC))

    return asyncio.run(read())


def test_one_shots_prepare_the_database(running: Running) -> None:
    """It is migrated, and the gateway registered under the key that was made."""
    key = running.engine.secrets["consumer_key"].strip()
    expected = ["The database is up to date.\n", f"GraphQL gateway ({key}) is registered.\n"]

    assert running.printed == expected
    said = running.origin.log.read_text()
    assert "The origin is at" in said
    assert "consumer" not in said
    assert len(running.gateways) == running.deployment.gateway.replicas == 2


def test_what_one_gateway_has_loaded_the_other_need_not(running: Running) -> None:
    """They share representations and the count of calls: each call is made, and counted, once."""
    first, second = running.gateways
    before = _used(running)

    answers = [running.ask(JAWS, each) for each in (first, second)]
    answers += [running.ask(JAWS_CREW, each) for each in (second, first)]

    costs = [_cost(each) for each in answers]
    data = [each.json()["data"] for each in answers]
    assert (data[0], data[2]) == (data[1], data[3])
    assert data[0]["titles"]["nodes"][0]["name"]["regular"] == "Jaws"
    assert (costs[0] > 0, costs[1], costs[2] > 0, costs[3]) == (True, 0, True, 0)
    assert _used(running) - before == sum(costs)


def test_who_signs_in_at_one_gateway_is_known_to_all(running: Running) -> None:
    """The whole way goes by TLS and any gateway: to the origin's login page, back, and on."""
    running.add_alice()
    alice = running.person()
    served = running.graph.served.copy()
    try:
        arrived = alice.sign_in()
        answers = [alice.ask(WHO).json()["data"] for _ in range(4)]
        cookie = next(each for each in alice.http.cookies.jar if each.name == "__Host-gateway_session")
        alice.post("/auth/logout")
        after = [alice.ask(WHO).json()["data"] for _ in range(2)]
    finally:
        alice.http.close()

    used = running.graph.served - served
    assert arrived.headers["location"] == "/graphql"
    assert alice.received[0].headers["location"].startswith(f"{running.house.origin}/oauth/login?")
    assert answers == [{"viewer": {"firstName": "Alice"}}] * 4
    assert after == [{"viewer": None}] * 2
    assert (cookie.name, cookie.domain) == ("__Host-gateway_session", "localhost.local")
    assert {each.port for each in running.gateways} == set(used)


def test_a_third_gateway_joins(running: Running) -> None:
    """It gets its share as soon as it is ready, and nobody who asks meanwhile notices."""
    with loaded(running.house.url, running.trust, JAWS) as load:
        third = running.start_gateway()
        running.gateways.append(third)
        served = running.graph.served.copy()
        load.await_answers(9)

    used = running.graph.served - served
    assert load.wrong == []
    assert used[third.port] >= 2


def test_a_gateway_is_restarted_while_others_ask(running: Running) -> None:
    """It gets no more requests, answers those it has, ends, and comes back: not one request fails."""
    old = running.gateways[0]
    with loaded(running.house.url, running.trust, JAWS) as load:
        load.await_answers(3)
        running.graph.withdraw(old.port)
        status, seconds = old.stop()
        served = running.graph.served.copy()
        running.gateways[0] = running.start_gateway(old.port)
        load.await_answers(9)

    used = running.graph.served - served
    assert load.wrong == []
    assert (_is_orderly(status), seconds < STOP_WITHIN) == (True, True)
    assert used[old.port] >= 2


def test_a_gateway_is_killed_while_others_ask(running: Running) -> None:
    """Who asked it just then gets nothing; nobody else notices (H17)."""
    dead = running.gateways.pop()
    with loaded(running.house.url, running.trust, JAWS) as load:
        load.await_answers(3)
        dead.kill()
        load.stopped.wait(0.5)
        lost = len(load.wrong)
        load.wrong.clear()
        load.await_answers(9)

    assert lost <= load.threads
    assert load.wrong == []
    running.graph.withdraw(dead.port)


def test_everything_stops_when_told(running: Running) -> None:
    """Gateways first: each ends by itself, in time, without a word of complaint, and has written nothing."""
    stopped = [each.stop() for each in (*running.gateways, running.origin)]

    everything = running.engine.started
    assert [_is_orderly(status) for status, _ in stopped] == [True] * len(stopped)
    assert [seconds for _, seconds in stopped if seconds >= STOP_WITHIN] == []
    assert [list(each.written.iterdir()) for each in everything] == [[]] * len(everything)
    assert [each.log.read_text() for each in everything if "Traceback" in each.log.read_text()] == []


def _is_orderly(status: int) -> bool:
    """Whether a process ended by itself, or by the signal that it was sent once it had cleaned up."""
    return status in {0, -signal.SIGTERM}
