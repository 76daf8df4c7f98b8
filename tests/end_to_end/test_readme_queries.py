"""The README's queries, asked at a demo just made: what it says comes back does."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.origin.demo.credentials import Person, prepare_demo
from tests.end_to_end.stack import Stack, stack

pytestmark = pytest.mark.anyio

README: Final = (Path(__file__).parents[2] / "README.md").read_text()
BLOCK: Final = re.compile(r"^```graphql\n(.*?)^```$(?:\n\n^```json\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
CURL: Final = re.compile(r"^curl .*?-d '(.*?)'\n```\n\n```json\n(.*?)```", re.MULTILINE | re.DOTALL)


def _asked() -> list[tuple[str, str]]:
    """Return each query of the README with the answer that stands below it, if one does."""
    by_terminal = [(json.loads(body)["query"], answer) for body, answer in CURL.findall(README)]
    return [*by_terminal, *BLOCK.findall(README)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Person]]:
    """Run a new demo, for the first of its subscribers."""
    folder = tmp_path_factory.mktemp("readme")
    url = f"sqlite+aiosqlite:///{folder / 'origin.sqlite3'}"
    people = asyncio.run(prepare_demo(url, folder)).subscribers
    with stack(url, people=people) as running:
        yield running, people[0]


@pytest.mark.parametrize(("query", "expected"), _asked(), ids=range(len(_asked())))
async def test_a_query_gives_what_the_readme_says(
    query: str, expected: str, running: tuple[Stack, Person]
) -> None:
    """Etags are made by chance, and may be others."""
    whole, person = running

    answer = await whole.ask(query, user=person.user_id)

    assert "errors" not in answer
    if expected:
        assert _without_etags(answer["data"]) == _without_etags(json.loads(expected)["data"])


def test_the_readme_shows_answers() -> None:
    """Of a first query, by a bearer token, of what is one's own, and of a change."""
    assert len([answer for _, answer in _asked() if answer]) == 4


def _without_etags(data: Any) -> Any:  # noqa: ANN401
    return json.loads(re.sub(r'"etag": "\d+"', '"etag": ""', json.dumps(data)))
