"""Ratings given in the graph, against a real origin on loopback."""

from typing import Final

import pytest

from tests.end_to_end.changer import NOWHERE, STAR, Subscriber
from tests.end_to_end.stack import Stack

pytestmark = pytest.mark.anyio

RATE: Final = """
    mutation Rate($title: ID!, $opinion: OpinionInput!) {
        rateTitle(input: {titleId: $title, opinion: $opinion}) {
            __typename
            ... on TitleRated { rating { user notInterested title { id viewerRating { user } } } }
            ... on RatingRefused { reason }
        }
    }
"""


async def test_a_title_is_rated_again_and_no_more(ben: Subscriber, whole: Stack) -> None:
    """Stars, other stars, no interest, no opinion; what is read in the same operation is the new one."""
    said: list[tuple[dict[str, object], int | None, bool]] = [
        ({"word": "NO_OPINION"}, None, False),
        ({"stars": 2}, 2, False),
        ({"stars": 5}, 5, False),
        ({"word": "NOT_INTERESTED"}, None, True),
        ({"word": "NO_OPINION"}, None, False),
    ]
    for opinion, stars, is_refused in said:
        answer = await ben.ask(RATE, title=STAR, opinion=opinion)

        title = {"id": STAR, "viewerRating": {"user": stars}}
        rating = {"user": stars, "notInterested": is_refused, "title": title}
        assert answer["data"]["rateTitle"] == {"__typename": "TitleRated", "rating": rating}
    assert sum(path.endswith("/actual") for (path, *_) in whole.counter.requests) == 1
    assert sum(path.endswith("/actual/17985448") for (path, *_) in whole.counter.requests) == 3


async def test_a_rating_is_refused(ben: Subscriber) -> None:
    """What is no title cannot be rated, and there are five stars."""
    answer = await ben.ask(RATE, title=NOWHERE, opinion={"stars": 3})
    assert answer["data"]["rateTitle"] == {"__typename": "RatingRefused", "reason": "TITLE_NOT_FOUND"}

    answer = await ben.ask(RATE, title=STAR, opinion={"stars": 6})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
