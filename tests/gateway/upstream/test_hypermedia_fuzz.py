"""Whatever sense a document makes, reading it ends in content or in one of our errors."""

from xml.sax.saxutils import quoteattr

from hypothesis import given
from hypothesis import strategies as st

from gateway.contract import Rel, Scheme
from gateway.resources import Content, Href
from gateway.upstream import bulk, hypermedia
from gateway.upstream.errors import MalformedDocument, OriginRefused, UpstreamError
from gateway.upstream.pox import parse

HREF = Href("http://o.test/1")

RECORDS = (
    "catalog_title catalog_titles similars similars_item filmography filmography_item person people synopsis"
    " short_synopsis bonus_materials box_art awards award_winner award_nominee delivery_formats availability"
    " screen_formats screen_format languages_and_audio language_audio_format autocomplete autocomplete_item"
)
PERSONAL = (
    "user user_id resource title_states title_state title_state_item format queue queue_item ratings"
    " ratings_item user_rating recommendations recommendation rental_history rental_history_item at_home"
    " at_home_item reviews review write-up viewed_time watched_date"
)
FACTS = (
    "id title link category name bio release_year runtime average_rating updated sequence status status_code"
)
WRAPPER = "response entry body header message sub_code number_of_results start_index invention"

NAMES = st.sampled_from(f"{RECORDS} {PERSONAL} {FACTS} {WRAPPER}".split(" "))
TEXTS = st.sampled_from(
    ["", " ", "entry_1", "entry_2", HREF, "200", "404", "4.3", "-1", "9" * 400, "é&<p>", "NaN"]
)
KEYS = "href rel title regular short scheme label term name value year available_from"
SCHEMES = [f"http://o.test{scheme}" for scheme in (Scheme.TITLE_FORMATS, Scheme.RENTAL_STATES)]
ATTRIBUTES = st.dictionaries(
    st.sampled_from(KEYS.split(" ")),
    TEXTS | st.sampled_from([Rel.TITLE, Rel.PERSON, Rel.DISC_QUEUE, "etag", *SCHEMES]),
    max_size=4,
)


def element(name: str, attributes: dict[str, str], content: list[str]) -> str:
    """Return an element as text."""
    pairs = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{pairs}>{''.join(content)}</{name}>"


LEAVES = st.builds(
    element, NAMES, ATTRIBUTES, st.lists(TEXTS.map(lambda text: f"<![CDATA[{text}]]>"), max_size=1)
)
TREES = st.recursive(
    LEAVES, lambda inner: st.builds(element, NAMES, ATTRIBUTES, st.lists(inner, max_size=5)), max_leaves=15
)


@given(TREES)
def test_any_document_is_read_or_refused(document: str) -> None:
    """Known elements in unknown places are read, passed over or malformed."""
    try:
        content = hypermedia.read_document(document.encode(), HREF)
    except (MalformedDocument, OriginRefused):
        return

    assert isinstance(content, Content)
    assert hypermedia.read(parse(document.encode())) == content


ENTRIES = st.builds(
    element,
    st.just("entry"),
    st.just({}),
    st.tuples(
        st.sampled_from(["<id>entry_1</id>", "<id>entry_2</id>", "<id>entry_3</id>", "<id></id>", ""]),
        st.builds(element, st.just("body"), ATTRIBUTES, st.lists(st.just("<status>200</status>") | TREES)),
    ).map(list),
)


@given(st.lists(ENTRIES, max_size=5))
def test_any_bulk_answer_has_an_answer_for_every_entry(entries: list[str]) -> None:
    """Whatever the entries hold, each name asked for gets one answer, and no other name does."""
    document = element("response", {}, entries)

    answers = bulk.read_answer(document.encode(), {"entry_1": HREF, "entry_2": HREF})

    assert list(answers) == ["entry_1", "entry_2"]
    assert all(isinstance(answer, bulk.Entry | UpstreamError) for answer in answers.values())


@given(st.binary() | TREES.map(str.encode), st.integers(400, 599))
def test_any_refusal_is_told(document: bytes, status: int) -> None:
    """Whatever comes with an error status is an error that keeps the status, or malformed for a 404."""
    error = hypermedia.read_refusal(document, HREF, status=status)

    if isinstance(error, OriginRefused):
        assert (error.href, error.status) == (HREF, status)
    else:
        assert (type(error), status) == (MalformedDocument, 404)
