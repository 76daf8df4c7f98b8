"""How many calls are answered, of whom (contract 2.9 and 11)."""

from collections.abc import Callable

import httpx
import pytest
from lxml import etree

from gateway.origin.database import Database
from gateway.origin.oauth.claims import Claims
from gateway.origin.oauth.known import find_known
from gateway.origin.quota.gate import Gate
from gateway.origin.settings import OriginSettings
from tests.origin.http.conftest import KEY, Clock, Signer

pytestmark = pytest.mark.anyio

JAWS = "/catalog/titles/movies/60001220"


async def test_a_call_too_many_in_a_second_is_refused(
    make_client: Callable[..., httpx.AsyncClient], sign: Signer, clock: Clock
) -> None:
    """The fifth call of a second is 403 with the recorded sentence and the gateway's headers."""
    async with make_client(calls_per_second=4) as client:
        answers = [await client.get(sign(JAWS)) for _ in range(5)]
        clock.now += 1
        later = await client.get(sign(JAWS))

    refused = answers[4]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 403]
    assert etree.fromstring(refused.content).findtext("message") == "Service is over queries per second limit"
    assert refused.headers["x-mashery-error-code"] == "ERR_403_DEVELOPER_OVER_QPS"
    assert refused.headers["x-mashery-error-detail"] == "Account Over Queries Per Second Limit"
    assert refused.headers["retry-after"] == "1"
    assert later.status_code == 200


async def test_every_entry_of_a_bulk_request_counts(
    make_client: Callable[..., httpx.AsyncClient], sign: Signer
) -> None:
    """Of six entries four are answered, and two are refused by themselves; what is not found counts too."""
    paths = [JAWS, "/catalog/titles/movies/1", JAWS, JAWS, JAWS, JAWS]
    form = {f"entry_{place}": sign(path) for place, path in enumerate(paths)}
    async with make_client(calls_per_second=4) as client:
        answer = await client.post("/utility/bulk", data=form)

    statuses = [_status(entry) for entry in etree.fromstring(answer.content).findall("entry")]
    assert answer.status_code == 200
    assert statuses == ["200", "404", "200", "200", "403", "403"]


def _status(entry: etree._Element) -> str | None:
    return entry.findtext("body/status/status_code") or entry.findtext("body/status")


async def test_the_day_is_remembered_by_the_next_process(
    make_client: Callable[..., httpx.AsyncClient],
    sign: Signer,
    database: Database,
    settings: OriginSettings,
) -> None:
    """What was counted and saved today counts for another process too."""
    counted = Gate(database, settings)
    claims = [
        Claims(
            consumer_key=KEY,
            token="",
            signature=None,
            signature_method=None,
            timestamp=None,
            nonce=None,
            version=None,
            signed=(),
        )
    ] * 2
    async with database.read() as session:
        await counted.admit(session, claims, await find_known(session, claims))
    await counted.save()

    async with make_client(calls_per_day=3) as client:
        answers = [await client.get(sign(JAWS)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 403]
    assert etree.fromstring(answers[1].content).findtext("message") == "Over queries per day limit"


async def test_a_key_of_nobody_is_not_counted(
    make_client: Callable[..., httpx.AsyncClient], clock: Clock
) -> None:
    """An unknown key is refused as ever, and takes nothing from anybody."""
    stranger = Signer(clock, key="nobody")
    async with make_client(calls_per_second=1) as client:
        answers = [await client.get(stranger(JAWS)) for _ in range(3)]
        own = await client.get(Signer(clock)(JAWS))

    assert [answer.text for answer in answers] == ["Developer Inactive"] * 3
    assert own.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/oauth/request_token",
        "/oauth/access_token",
        "/oauth/clock/time",
        "/oauth/nothing",
        "/catalog/titles/nothing",
        "/nothing",
    ],
)
async def test_what_is_no_resource_counts_too(
    make_client: Callable[..., httpx.AsyncClient], sign: Signer, path: str
) -> None:
    """Every request of a known key counts, whether it is for a token or leads nowhere (contract 11)."""
    async with make_client(calls_per_second=3) as client:
        first = [await client.get(sign(path)) for _ in range(3)]
        refused = await client.get(sign(path))
        jaws = await client.get(sign(JAWS))

    assert 403 not in {answer.status_code for answer in first}
    assert (refused.status_code, jaws.status_code) == (403, 403)
    assert etree.fromstring(refused.content).findtext("message") == "Service is over queries per second limit"
    assert refused.headers["retry-after"] == "1"


async def test_an_entry_that_leads_nowhere_counts_in_its_turn(
    make_client: Callable[..., httpx.AsyncClient], sign: Signer
) -> None:
    """The last entry is refused, although the one before it is no resource at all."""
    form = {f"entry_{place}": sign(path) for place, path in enumerate([JAWS, "/nothing", JAWS])}
    async with make_client(calls_per_second=2) as client:
        answer = await client.post("/utility/bulk", data=form)

    assert [_status(entry) for entry in etree.fromstring(answer.content).findall("entry")] == [
        "200",
        "404",
        "403",
    ]


async def test_a_stranger_who_is_lost_counts_for_nobody(
    make_client: Callable[..., httpx.AsyncClient],
) -> None:
    """Without a key that is known, what is not there is just not there."""
    async with make_client(calls_per_second=1) as client:
        answers = [await client.get(f"/nothing{query}") for query in ("", "?oauth_consumer_key=x", "?a=%00")]

    assert [answer.status_code for answer in answers] == [404, 404, 400]
