"""The queries GraphiQL opens with."""

from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, build_schema, parse, validate

ROOT = Path(__file__).parents[3]
SCHEMA = ROOT / "schema.graphql"
EXAMPLES = sorted((ROOT / "gateway/explorer/src/examples").glob("*.graphql"))


def test_there_are_five_examples() -> None:
    """A search, a title, a series, people, and a queue that is watched."""
    assert [path.stem for path in EXAMPLES] == ["people", "queue", "search", "series", "title"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_one_named_operation(path: Path) -> None:
    """A tab takes its title from the name."""
    definitions = parse(path.read_text(encoding="utf-8")).definitions

    names = [
        node.name.value for node in definitions if isinstance(node, OperationDefinitionNode) and node.name
    ]
    assert names == [path.stem.capitalize()]


@pytest.mark.skipif(not SCHEMA.is_file(), reason="schema.graphql is not printed yet")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_fits_the_schema(path: Path) -> None:
    """A change of the graph cannot leave an example behind."""
    schema = build_schema(SCHEMA.read_text(encoding="utf-8"))

    errors = validate(schema, parse(path.read_text(encoding="utf-8")))

    assert errors == []
