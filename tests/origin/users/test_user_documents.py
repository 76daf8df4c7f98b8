"""Documents written by hand from the contract are what the subscribers' resources answer."""

from pathlib import Path

import pytest
from lxml import etree

from .asking import Asking, Tree, root, tree
from .household import AMELIE, BEN, JAWS, TOTORO, refs

USERS = Path(__file__).parents[2] / "contract" / "users"

WRITTEN = [
    ("user.xml", "", {}),
    ("user.xml", "", {"v": "1.5"}),
    ("current.xml", "//users/current", {}),
    ("at_home.xml", "/at_home", {}),
    ("rental_history.xml", "/rental_history", {}),
    ("watched.xml", "/rental_history/watched", {}),
    ("rating_kinds.xml", "/ratings", {}),
    ("ratings.xml", "/ratings/title", {"title_refs": refs(TOTORO, AMELIE)}),
    ("actual-one.xml", f"/ratings/title/actual/{JAWS}", {}),
    ("actual-one.xml", "/ratings/title/actual", {"title_refs": refs(JAWS)}),
    ("reviews.xml", "/reviews", {"start_index": 1, "max_results": 1}),
    ("recommendations.xml", "/recommendations", {}),
    ("lists.xml", "/lists", {}),
    ("categories.xml", "//categories/genres", {}),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "path", "parameters"), WRITTEN)
async def test_a_subscribers_resource_is_what_is_written(
    ann: Asking, name: str, path: str, parameters: dict[str, object]
) -> None:
    """Every resource is the document written by hand, its elements and attributes in their order."""
    answer = await ann.get(path, **parameters)

    assert tree(root(answer)) == _written(name)


@pytest.mark.anyio
async def test_who_has_no_nickname_and_no_format(ben: Asking) -> None:
    """What a subscriber does not have is left out, and an empty list of formats stays."""
    assert ben.who == BEN

    assert tree(root(await ben.get(""))) == _written("user-bare.xml")


@pytest.mark.anyio
async def test_an_item_of_1_5_has_one_moment_of_its_own(ann: Asking) -> None:
    """The moment at which a title's own record changed is not mixed with that of the item."""
    answer = root(await ann.get("/at_home", v="1.5", expand="@synopsis"))

    assert answer.xpath("at_home_item/updated/text()") == ["8000"]
    assert answer.xpath("count(at_home_item/link[@title='Tiny URL'])") == 1


def _written(name: str) -> Tree:
    parser = etree.XMLParser(remove_comments=True)
    return tree(etree.fromstring((USERS / name).read_bytes(), parser))
