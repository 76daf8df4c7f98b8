"""Lists of trusted documents: in the forms of those who write them, and refused by file and place."""

import json
from pathlib import Path

import pytest

from gateway.edge.document_ids import hash_of
from gateway.edge.persisted.manifest import ManifestUnusable, read
from gateway.edge.persisted.trusted import Mode, Trusted

APOLLOS = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [
        {"id": "dc67", "name": "Hello", "type": "query", "body": "query Hello { __typename }"},
        {"id": "b1e5", "name": "", "type": "query", "body": "{ __typename }", "clientName": "web"},
    ],
}
RELAYS = {"dc67": "query Hello { __typename }", "b1e5": "{ __typename }"}


def _written(folder: Path, content: object, name: str = "list.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_the_manifest_of_apollo_is_read(tmp_path: Path) -> None:
    """Each operation with its place, which says its name where it has one."""
    path = _written(tmp_path, APOLLOS)

    assert [(each.id, each.text, each.place) for each in read(path)] == [
        ("dc67", "query Hello { __typename }", f"{path}: operations[0] (Hello)"),
        ("b1e5", "{ __typename }", f"{path}: operations[1]"),
    ]


def test_the_map_of_relay_is_read(tmp_path: Path) -> None:
    """The id is the key, and the place."""
    path = _written(tmp_path, RELAYS)

    assert [(each.id, each.text, each.place) for each in read(path)] == [
        ("dc67", "query Hello { __typename }", f"{path}: 'dc67'"),
        ("b1e5", "{ __typename }", f"{path}: 'b1e5'"),
    ]


def _apollos(**changes: object) -> dict[str, object]:
    return {**APOLLOS, **changes}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('{\n  "a": "{ b }",\n}', " is not JSON (line 3, column 1: "),
        ("", " is not JSON (line 1, column 1: "),
        ("[" * 100_000, " is not JSON that can be used ("),
        (
            '{"a": "{ b }", "a": "{ c }"}',
            " is not JSON that can be used (the name 'a' is twice in one object).",
        ),
        ([], " must be a JSON object: a manifest, or a map from ids to documents."),
        ({"a": {"text": "{ b }"}}, ": under 'a' there must be a document, as a string."),
        ({"a": ""}, ": under 'a' there must be a document, as a string."),
        ({"": "{ b }"}, ": under '' there must be a document, as a string."),
        (_apollos(format="x"), ": `format` must be 'apollo-persisted-query-manifest', not 'x'."),
        (_apollos(version=2), ": `version` must be 1, not 2."),
        (_apollos(operations={}), ": `operations` must be a list."),
        (_apollos(operations=["x"]), ": operations[0] must be an object."),
        (_apollos(operations=[{"id": "a"}]), ": operations[0].body must be a string, and not empty."),
        (
            _apollos(operations=[{"id": 1, "body": "x"}]),
            ": operations[0].id must be a string, and not empty.",
        ),
    ],
)
def test_what_is_no_list_is_refused(content: object, why: str, tmp_path: Path) -> None:
    """The message names the file, and where in it to look."""
    path = _written(tmp_path, content)

    with pytest.raises(ManifestUnusable) as refused:
        read(path)

    assert str(refused.value).startswith(f"{path}{why}")


@pytest.mark.parametrize("name", ["missing.json", ""])
def test_a_file_that_cannot_be_read_is_refused(name: str, tmp_path: Path) -> None:
    """It is not there, or is a folder."""
    with pytest.raises(ManifestUnusable, match="cannot be read: "):
        read(tmp_path / name)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """JSON is UTF-8."""
    path = tmp_path / "list.json"
    path.write_bytes(b'{"a": "\xff"}')

    with pytest.raises(ManifestUnusable, match="is not JSON that can be used"):
        read(path)


def test_several_lists_are_one(tmp_path: Path) -> None:
    """The same document may be in all of them; each is found by any id, and by its hash."""
    web, phone = _written(tmp_path, APOLLOS), _written(tmp_path, {"x": "{ __typename }"}, "phone.json")

    trusted = Trusted.read(Mode.ALLOW, [web, phone])

    names = ("dc67", "b1e5", "x", hash_of("{ __typename }"), "y")
    assert [trusted.called(each) for each in names] == [
        "query Hello { __typename }",
        *["{ __typename }"] * 3,
        None,
    ]


def test_an_id_means_one_document(tmp_path: Path) -> None:
    """Across all lists; both places are named."""
    one, other = _written(tmp_path, {"a": "{ b }"}), _written(tmp_path, {"a": "{ c }"}, "other.json")

    with pytest.raises(ManifestUnusable) as refused:
        Trusted.read(Mode.AUDIT, [one, other])

    assert str(refused.value) == f"{other}: 'a' has the id of another document: {one}: 'a'."


def test_what_is_off_is_not_read(tmp_path: Path) -> None:
    """Nor need it be there."""
    assert Trusted.read(Mode.OFF, [tmp_path / "missing.json"]) == Trusted()
