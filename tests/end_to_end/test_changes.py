"""Changes asked for in the graph, against a real origin on loopback."""

from typing import Any, Final

import pytest

from gateway.schema import ids
from gateway.upstream.href import Address
from tests.end_to_end.changer import BEN_HUR, JAWS, NOWHERE, PLATOON, RWANDA, STAR, Subscriber
from tests.end_to_end.stack import Stack

pytestmark = pytest.mark.anyio


def names(titles: list[dict[str, Any]]) -> list[str]:
    """Return the names of titles."""
    return [title["name"]["regular"] for title in titles]


async def test_a_title_is_added_where_it_should_be(ben: Subscriber, whole: Stack) -> None:
    """The answer holds the entry as the origin made it, and the queue as it is afterwards."""
    result = await ben.change("addToQueue", kind="INSTANT", titleId=STAR, position=2)

    assert result["__typename"] == "QueueChanged"
    assert result["items"] == [
        {"position": 2, "format": "INSTANT", "title": {"name": {"regular": "Lone Star"}}}
    ]
    assert result["queue"]["etag"] == await ben.etag()
    assert [node["title"]["id"] for node in result["queue"]["items"]["nodes"]] == [JAWS, STAR, RWANDA]
    (user,) = {path for (path, *_) in whole.counter.requests[:1]}
    queue = f"{user}/queues/instant"
    # The way there, the tag, the change, and the queue as it is now.
    assert whole.counter.requests[:5] == [[user], [f"{user}/queues"], [queue], [queue], [queue]]


async def test_a_title_that_is_queued_stays_where_it_is(ben: Subscriber) -> None:
    """Adding it again is a change of nothing, wherever it should go (contract 5, sub code 710)."""
    before = await ben.etag()

    plain = await ben.change("addToQueue", kind="INSTANT", titleId=RWANDA)
    placed = await ben.change("addToQueue", kind="INSTANT", titleId=RWANDA, position=1)

    for result in (plain, placed):
        assert result["__typename"] == "QueueChanged"
        assert names(result["alreadyQueued"]) == ["Hotel Rwanda"]
        assert result["items"] == []
    assert await ben.titles() == [JAWS, RWANDA]
    assert await ben.etag() == before


async def test_titles_are_moved_removed_and_replaced(ben: Subscriber) -> None:
    """Each answers with the queue as it is then."""
    moved = await ben.change("moveInQueue", kind="INSTANT", titleId=RWANDA, position=1)
    assert moved["items"][0]["position"] == 1
    assert await ben.titles() == [RWANDA, JAWS]

    removed = await ben.change("removeFromQueue", kind="INSTANT", titleId=RWANDA)
    assert (removed["items"], removed["queue"]["items"]["totalCount"]) == ([], 1)
    assert await ben.titles() == [JAWS]

    replaced = await ben.change("replaceQueue", titleIds=[PLATOON, JAWS, STAR])
    assert [node["title"]["id"] for node in replaced["queue"]["items"]["nodes"]] == [PLATOON, JAWS, STAR]
    assert await ben.titles() == [PLATOON, JAWS, STAR]

    emptied = await ben.change("replaceQueue", titleIds=[])
    assert emptied["queue"]["items"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("addToQueue", {"kind": "INSTANT", "titleId": STAR}),
        ("moveInQueue", {"kind": "INSTANT", "titleId": RWANDA, "position": 1}),
        ("removeFromQueue", {"kind": "INSTANT", "titleId": RWANDA}),
        ("replaceQueue", {"titleIds": [RWANDA]}),
    ],
)
async def test_a_queue_that_is_another_by_now_is_shown(
    field: str, said: dict[str, object], ben: Subscriber
) -> None:
    """With the tag of an earlier queue nothing is changed; with that of this one it is."""
    old = await ben.etag()
    await ben.change("addToQueue", kind="INSTANT", titleId=PLATOON)
    now = await ben.etag()

    conflict = await ben.change(field, **said, ifMatch=old)

    assert conflict.pop("message")
    assert conflict == {
        "__typename": "QueueConflict",
        "expected": old,
        "actual": now,
        "queue": {
            "etag": now,
            "items": {"nodes": [{"title": {"id": title}} for title in (JAWS, RWANDA, PLATOON)]},
        },
    }
    assert (await ben.change(field, **said, ifMatch=f'"{now}"'))["__typename"] == "QueueChanged"


REFUSALS: Final[list[tuple[str, str, dict[str, object], list[str]]]] = [
    ("TITLE_NOT_FOUND", "addToQueue", {"kind": "INSTANT", "titleId": NOWHERE}, []),
    ("NOT_QUEUED", "moveInQueue", {"kind": "INSTANT", "titleId": STAR, "position": 1}, [STAR]),
    ("NOT_QUEUED", "removeFromQueue", {"kind": "INSTANT", "titleId": STAR}, [STAR]),
    ("FORMAT_UNAVAILABLE", "addToQueue", {"kind": "INSTANT", "titleId": STAR, "format": "DVD"}, [STAR]),
    (
        "FORMAT_UNAVAILABLE",
        "addToQueue",
        {"kind": "DISC", "titleId": BEN_HUR, "format": "BLU_RAY"},
        [BEN_HUR],
    ),
    ("DUPLICATE_TITLE", "replaceQueue", {"titleIds": [STAR, STAR]}, []),
    ("TITLE_NOT_FOUND", "replaceQueue", {"titleIds": [STAR, NOWHERE]}, []),
]


@pytest.mark.parametrize(("reason", "field", "said", "titles"), REFUSALS)
async def test_a_refusal_has_its_reason(
    reason: str, field: str, said: dict[str, object], titles: list[str], ben: Subscriber
) -> None:
    """Each says which titles it is about, as far as there are such, and changes nothing."""
    before = await ben.etag()

    refused = await ben.change(field, **said)

    assert refused["__typename"] == "QueueRefused"
    assert refused["reason"] == reason
    assert [title["id"] for title in refused["titles"]] == titles
    assert refused["message"]
    assert await ben.etag() == before


async def test_a_set_is_queued_disc_by_disc(ben: Subscriber) -> None:
    """What of it is there already is named; to be moved or removed each disc is named by itself."""
    whole_set = await ben.change("addToQueue", kind="DISC", titleId=BEN_HUR)
    discs = await ben.titles("DISC")
    assert len(whole_set["items"]) == len(discs) > 1

    moved = await ben.change("moveInQueue", kind="DISC", titleId=BEN_HUR, position=1)
    removed = await ben.change("removeFromQueue", kind="DISC", titleId=BEN_HUR)
    assert (moved["reason"], removed["reason"]) == ("SERIES_PARENT", "SERIES_PARENT")

    await ben.change("removeFromQueue", kind="DISC", titleId=discs[0])
    rest = await ben.change("addToQueue", kind="DISC", titleId=BEN_HUR)
    assert len(rest["items"]) == 1
    assert len(rest["alreadyQueued"]) == len(discs) - 1
    assert rest["notAdded"] == []


async def test_what_is_at_home_is_not_queued(ben: Subscriber) -> None:
    """The origin says so, and the graph says why."""
    answer = await ben.ask("{ viewer { atHome { nodes { title { id } } } } }")
    title = answer["data"]["viewer"]["atHome"]["nodes"][0]["title"]["id"]

    refused = await ben.change("addToQueue", kind="DISC", titleId=title)

    assert refused["reason"] == "TITLE_AT_HOME"


async def test_changes_are_made_one_by_one(ben: Subscriber) -> None:
    """What an operation reads after a change is what was changed, in the order that was asked for."""
    answer = await ben.ask(
        """mutation ($star: ID!, $jaws: ID!) {
            add: addToQueue(input: {kind: INSTANT, titleId: $star}) { ...now }
            move: moveInQueue(input: {kind: INSTANT, titleId: $star, position: 1}) { ...now }
            remove: removeFromQueue(input: {kind: INSTANT, titleId: $jaws}) { ...now }
        }
        fragment now on QueueChanged { queue { etag items { nodes { title { id } } } } }""",
        star=STAR,
        jaws=JAWS,
    )

    queues = [answer["data"][field]["queue"] for field in ("add", "move", "remove")]
    orders = [[node["title"]["id"] for node in queue["items"]["nodes"]] for queue in queues]
    assert orders == [[JAWS, RWANDA, STAR], [STAR, JAWS, RWANDA], [STAR, RWANDA]]
    assert len({queue["etag"] for queue in queues}) == 3
    assert queues[-1]["etag"] == await ben.etag()


async def test_an_id_is_made_where_none_is_given_and_has_one_outcome(ben: Subscriber) -> None:
    """It comes with the result, and repeats it; with other arguments it is refused."""
    first = await ben.change("addToQueue", kind="INSTANT", titleId=STAR)
    mutation_id = first["clientMutationId"]

    again = await ben.change("addToQueue", kind="INSTANT", titleId=STAR, clientMutationId=mutation_id)

    assert again == first
    other = {"kind": "INSTANT", "titleId": JAWS, "clientMutationId": mutation_id}
    assert await ben.code("addToQueue", **other) == "BAD_USER_INPUT"
    assert await ben.titles() == [JAWS, RWANDA, STAR]


@pytest.mark.parametrize(
    ("code", "field", "said"),
    [
        ("BAD_USER_INPUT", "addToQueue", {"kind": "INSTANT", "titleId": "x"}),
        ("BAD_USER_INPUT", "addToQueue", {"kind": "INSTANT", "titleId": STAR, "position": 0}),
        ("BAD_USER_INPUT", "addToQueue", {"kind": "DISC", "titleId": STAR, "format": "OTHER"}),
        ("BAD_USER_INPUT", "addToQueue", {"kind": "INSTANT", "titleId": STAR, "clientMutationId": " "}),
        ("LIMIT_EXCEEDED", "addToQueue", {"kind": "INSTANT", "titleId": STAR, "clientMutationId": "x" * 256}),
        ("LIMIT_EXCEEDED", "addToQueue", {"kind": "INSTANT", "titleId": STAR, "ifMatch": "1" * 65}),
        ("LIMIT_EXCEEDED", "replaceQueue", {"titleIds": [STAR] * 501}),
        (
            "BAD_USER_INPUT",
            "addToQueue",
            {"kind": "INSTANT", "titleId": ids.encode(Address("person", ("1",)))},
        ),
    ],
)
async def test_what_cannot_be_meant_costs_nothing(
    code: str, field: str, said: dict[str, object], ben: Subscriber, whole: Stack
) -> None:
    """It is refused before anything is sent."""
    assert await ben.code(field, **said) == code

    assert whole.counter.requests == []


async def test_nobody_changes_nothing(whole: Stack) -> None:
    """Only who is signed in has queues."""
    whole.counter.requests.clear()
    nobody = Subscriber(whole, "nobody")

    assert await nobody.code("addToQueue", kind="INSTANT", titleId=STAR) == "UNAUTHENTICATED"

    assert whole.counter.requests == []


async def test_one_change_that_fails_leaves_the_others(ben: Subscriber) -> None:
    """A change that has no result is null, and those beside it have theirs."""
    answer = await ben.ask(
        """mutation ($star: ID!) {
            bad: addToQueue(input: {kind: INSTANT, titleId: "x"}) { __typename }
            good: addToQueue(input: {kind: INSTANT, titleId: $star}) { __typename }
        }""",
        star=STAR,
    )

    assert answer["data"] == {"bad": None, "good": {"__typename": "QueueChanged"}}
    assert [error["path"] for error in answer["errors"]] == [["bad"]]
