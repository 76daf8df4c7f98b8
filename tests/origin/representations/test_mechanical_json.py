"""The JSON of 1.0: the laws of the conversion, and its quirks (contract 1.7)."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.origin.representations.elements import Element
from gateway.origin.representations.json1 import mechanical

NAMES = st.sampled_from(["a", "b", "link", "title", "category"])
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=6),
    st.sampled_from(["true", "false", "0", "-7", "007", "3.9", "1e3", "9" * 15, "9" * 16, "\u0663", "null"]),
)


def element(tag: str, text: str, attributes: dict[str, str], children: list[Element]) -> Element:
    """Return an element that holds all this."""
    made = etree.Element(tag, attributes)
    made.text = text
    made.extend(children)
    return made


ATTRIBUTES = st.dictionaries(NAMES, TEXTS, max_size=3)
TREES = st.recursive(
    st.builds(element, NAMES, TEXTS, ATTRIBUTES, st.just([])),
    lambda inner: st.builds(element, NAMES, TEXTS, ATTRIBUTES, st.lists(inner, max_size=4)),
    max_leaves=12,
)


@given(TREES)
def test_everything_is_there_once_and_in_its_place(tree: Element) -> None:
    """An object has what the element has: alone where it occurs once, in an array where it occurs often."""
    document = mechanical(tree)

    assert list(document) == [tree.tag]
    _agree(tree, document[str(tree.tag)], is_typed=False)


@given(TREES)
def test_numbers_are_numbers_where_documents_are_typed(tree: Element) -> None:
    """A subscriber's document says the same, with truth values and whole numbers as such."""
    tree.tag = "user"

    document = mechanical(tree)

    _agree(tree, document["user"], is_typed=True)


def _agree(element: Element, value: object, *, is_typed: bool) -> None:
    occurrences: dict[str, list[object]] = defaultdict(list)
    for name, text in element.attrib.items():
        occurrences[str(name)].append(str(text))
    for child in element:
        occurrences[str(child.tag)].append(child)
    text = (element.text or "").strip()
    if not occurrences:
        _equal(value, text, is_typed=is_typed)
        return
    if text:
        occurrences["content"].append(text)
    assert isinstance(value, dict)
    assert value.keys() == occurrences.keys()
    for name, occurring in occurrences.items():
        found = value[name] if len(occurring) > 1 else [value[name]]
        assert isinstance(found, list)
        for one, other in zip(occurring, found, strict=True):
            if isinstance(one, str):
                _equal(other, one, is_typed=is_typed)
            else:
                assert isinstance(one, Element)
                _agree(one, other, is_typed=is_typed)


def _equal(value: object, text: str, *, is_typed: bool) -> None:
    if is_typed and isinstance(value, bool):
        assert text == {True: "true", False: "false"}[value]
    elif is_typed and isinstance(value, int):
        assert text == str(value)
        assert abs(value) < 10**15
    else:
        assert value == text
        assert not (is_typed and text in {"true", "false", "0", "-7"})


@pytest.mark.parametrize(
    ("xml", "document"),
    [
        ("<a></a>", {"a": ""}),
        ("<a> \n </a>", {"a": ""}),
        ("<a> b </a>", {"a": "b"}),
        ("<a><![CDATA[<b>&]]></a>", {"a": "<b>&"}),
        ("<a b='1'/>", {"a": {"b": "1"}}),
        ("<a b='1'>Now</a>", {"a": {"b": "1", "content": "Now"}}),
        ("<a><b/></a>", {"a": {"b": ""}}),
        ("<a><b/><b>2</b></a>", {"a": {"b": ["", "2"]}}),
        ("<a b='1'><b>2</b></a>", {"a": {"b": ["1", "2"]}}),
        ("<a>x<b/>y<b/>z</a>", {"a": {"b": ["", ""], "content": ["x", "y", "z"]}}),
        ("<queue><etag>0</etag></queue>", {"queue": {"etag": "0"}}),
    ],
)
def test_quirks_are_kept(xml: str, document: object) -> None:
    """Nothing is an array that occurs once, and what is empty is a text."""
    assert mechanical(etree.fromstring(xml)) == document


@pytest.mark.parametrize(
    ("xml", "document"),
    [
        (
            "<status><status_code>404</status_code><sub_code>610</sub_code><message>No</message></status>",
            {"status": {"status_code": 404, "sub_code": 610, "message": "No"}},
        ),
        (
            "<status><status_code>200</status_code><message>Gone</message></status>",
            {"status": {"status_code": 200, "message": "Gone"}},
        ),
        (
            "<status><status_code>201</status_code><etag>82198468425</etag></status>",
            {"status": {"status_code": "201", "etag": "82198468425"}},
        ),
        (
            "<user><user_id>T1-</user_id><can_instant_watch>false</can_instant_watch><b c='10'/></user>",
            {"user": {"user_id": "T1-", "can_instant_watch": False, "b": {"c": 10}}},
        ),
    ],
)
def test_types_are_those_of_the_recordings(xml: str, document: object) -> None:
    """Refusals and deletions have numbers, what was created has texts, a subscriber has both."""
    assert mechanical(etree.fromstring(xml)) == document
