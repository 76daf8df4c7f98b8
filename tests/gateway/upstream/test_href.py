"""Where links may lead: the lists of threats T4 and T5, and the laws of addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.contract import Path
from gateway.resources import Href, Kind
from gateway.upstream.errors import ForeignLink, InvalidId
from gateway.upstream.href import Address, Noun, Origin, path_of, with_parameters

ORIGIN = Origin.at("http://o.test")
MOUNTED = Origin.at("https://O.test:443/api/")

FOREIGN = (
    "http://evil.test",
    "http://evil.test/catalog/titles",
    "http://o.test@evil.test/",
    "http://user@o.test/catalog",
    "http://user:word@o.test/catalog",
    "http://o.test.evil.test/",
    "http://o.test./catalog",
    "https://o.test/catalog",
    "http://o.test:8080/catalog",
    "http://o.test:80443/catalog",
    "//evil/catalog",
    "//o.test/catalog",
    "/catalog/titles",
    "catalog/titles",
    "\\\\evil\\catalog",
    "http:\\\\o.test\\catalog",
    "http://o.test\\@evil.test/",
    "http:o.test/catalog",
    "http:///o.test/catalog",
    "file:///etc/passwd",
    "gopher://o.test/catalog",
    "javascript:alert(1)",
    "http://[::ffff:127.0.0.1]/catalog",
    "http://[::1/catalog",
    "http://2130706433/",
    "http://169.254.169.254/",
    "http://о.test/catalog",  # noqa: RUF001 - a Cyrillic o
    "http://xn--.test/catalog",
    "http://o。test/catalog",
    "http://o.test/catalog\r\nX-Header: y",
    "http://o.test/cata\tlog",
    "http://o.test/cata log",
    "http://o.test/catalog\x00",
    " http://o.test/catalog",
    "http://o.test/catalog\n",
    "http://o.test/catalog#fragment",
    "http://o.test/catalog#",
    "http://o.test#@evil.test/",
    "http://o.test?/catalog\\",
    "http://o.test/a/../users/1",
    "http://o.test/..",
    "http://o.test/a/./b",
    "http://o.test/a/%2e%2e/b",
    "http://o.test/a/%2E./b",
    "http://o.test/a/..%2fb",
    "http://o.test/a/..%5cb",
    "http://o.test/a/..\\b",
    "http://o.test/a/%252e%252e/b",
    "http://o.test/a%00",
    "http://o.test/a%0d%0aX:y",
    "http://o.test/a%zz",
    "http://o.test/a%",
    "http://o.test//evil",
    "http://o.test/a//b",
    "http://o.test/a?term=%zz",
    "http://o.test/a?term=%ff",
    "http://o.test/a?term=é",
    "http://o.test/" + "a" * 8192,
    "http://api.netflix.com/catalog/titles/movies/60001220",
    "http://api-public.netflix.com/catalog/titles/movies/60001220",
    "",
)

BAD_IDS = (
    "../../users/victim/queues",
    "%2e%2e%2f",
    "..%252f",
    "1?oauth_token=x",
    "1#",
    "1;v=2",
    "//evil",
    "\\evil",
    "1\r\nX: y",
    "1\n",
    "1\x00",
    "a" * 129,
    "a" * 10_000,
    "\uff11\uff12",
    "\u0661",
    "user@host",
    "1&etag=",
    "1/2",
    " 1",
    "",
    ".",
    "..",
)


@pytest.mark.parametrize("href", FOREIGN)
def test_foreign_link_is_refused(href: str) -> None:
    """A link that leads elsewhere, or only seems to lead to the origin, is refused as it stands."""
    with pytest.raises(ForeignLink) as refusal:
        ORIGIN.resolve(href)

    assert refusal.value.href == href


@pytest.mark.parametrize("href", FOREIGN)
def test_foreign_link_stands_for_nothing(href: str) -> None:
    """A foreign link is no title and no person."""
    assert ORIGIN.address(href) is None


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("http://o.test", "http://o.test/"),
        ("http://o.test/catalog/titles", "http://o.test/catalog/titles"),
        ("HTTP://O.Test:80/catalog", "http://o.test/catalog"),
        ("http://o.test:/catalog", "http://o.test/catalog"),
        ("http://o.test/catalog/", "http://o.test/catalog/"),
        ("http://o.test/%7euser/%63", "http://o.test/~user/c"),
        ("http://o.test/caf%c3%a9", "http://o.test/caf%C3%A9"),
        (
            "http://o.test/a?b=monty+python&a=Ocean's[1]",
            "http://o.test/a?a=Ocean%27s%5B1%5D&b=monty%20python",
        ),
        (
            "http://o.test/a?filters=http://o.test/../x",
            "http://o.test/a?filters=http%3A%2F%2Fo.test%2F..%2Fx",
        ),
        ("http://o.test/a?", "http://o.test/a"),
        ("http://o.test/a?position=", "http://o.test/a?position="),
    ],
)
def test_link_to_the_origin_is_written_canonically(href: str, expected: str) -> None:
    """Every way to write an address of the origin gives the same text."""
    assert ORIGIN.resolve(href) == expected


@pytest.mark.parametrize(
    "href", ["https://o.test/apis/x", "https://o.test/", "https://o.test/api/../x", "https://o.test/ap%69s"]
)
def test_link_beside_the_base_path_is_refused(href: str) -> None:
    """A link to the same host leads to the origin only below its base path."""
    with pytest.raises(ForeignLink):
        MOUNTED.resolve(href)


@pytest.mark.parametrize("href", ["https://o.test/api", "https://o.test/api/", "https://o.test/api/catalog"])
def test_link_below_the_base_path_is_followed(href: str) -> None:
    """An origin may lie below a path."""
    assert MOUNTED.resolve(href) == href


@pytest.mark.parametrize(
    "url",
    ["", "o.test", "ftp://o.test", "http://", "http://o.test?x", "http://u@o.test", "http://o.test/a/../b",
     "http://o.test:99999", "http://o.test.", "http://o.test/#"],
)  # fmt: skip
def test_origin_without_a_plain_address_is_refused(url: str) -> None:
    """A setting that names no plain http address is refused at start."""
    with pytest.raises(ValueError, match="origin's address"):
        Origin.at(url)


@pytest.mark.parametrize("value", BAD_IDS)
def test_id_that_is_no_plain_segment_is_refused(value: str) -> None:
    """An id from a caller is one segment of plain characters, or no address comes of it."""
    with pytest.raises(InvalidId) as refusal:
        ORIGIN.expand_path(Path.MOVIE, id=value)

    assert refusal.value.value == value


@pytest.mark.parametrize("value", BAD_IDS)
def test_address_with_a_bad_id_is_refused(value: str) -> None:
    """What an opaque id holds is checked like any other id."""
    with pytest.raises(InvalidId):
        ORIGIN.href_of(Address(Kind.SEASON, ("70000001", value)))


def test_address_with_too_many_ids_is_refused() -> None:
    """There is no movie with two ids."""
    with pytest.raises(InvalidId):
        ORIGIN.href_of(Address(Kind.MOVIE, ("1", "2")))


ADDRESSES = (
    (Address(Kind.MOVIE, ("60001220",)), "http://o.test/catalog/titles/movies/60001220"),
    (Address(Kind.SERIES, ("70000001",)), "http://o.test/catalog/titles/series/70000001"),
    (Address(Kind.SEASON, ("7", "8")), "http://o.test/catalog/titles/series/7/seasons/8"),
    (Address(Kind.PROGRAM, ("9",)), "http://o.test/catalog/titles/programs/9"),
    (Address(Kind.PROGRAM, ("7", "9")), "http://o.test/catalog/titles/programs/7/9"),
    (Address(Kind.DISC, ("10",)), "http://o.test/catalog/titles/discs/10"),
    (Address("person", ("82729",)), "http://o.test/catalog/people/82729"),
)


@pytest.mark.parametrize(("address", "href"), ADDRESSES)
def test_address_and_href_are_two_names_of_one_thing(address: Address, href: str) -> None:
    """Every kind of title and a person can be told from the address, and found again."""
    assert (ORIGIN.address(href), ORIGIN.href_of(address)) == (address, href)


@pytest.mark.parametrize(
    "href",
    [
        "http://o.test/catalog/titles/movies/60001220/synopsis",
        "http://o.test/catalog/titles/movies/",
        "http://o.test/catalog/titles",
        "http://o.test/catalog/people",
        "http://o.test/catalog/titles/movies/a%20b",
        "http://o.test/x/catalog/titles/movies/1",
    ],
)
def test_other_resources_stand_for_no_title(href: str) -> None:
    """A sub-resource or a list is neither a title nor a person."""
    assert ORIGIN.address(href) is None


def test_query_does_not_change_what_an_address_stands_for() -> None:
    """A version or an expansion asked for leaves the title the same."""
    href = "http://o.test/catalog/people/1?v=1.5&expand=%40filmography"

    assert ORIGIN.address(href) == Address("person", ("1",))


def test_path_of_ignores_host_and_query() -> None:
    """Two hosts and two ways to escape give the same path."""
    hrefs = ["http://api.netflix.com/a/%7Eb?x#y", "HTTPS://o.test:1/a/~b", "/a/~b?x"]

    assert [path_of(href) for href in hrefs] == ["/a/~b"] * 3


def test_parameters_are_added_replaced_and_removed() -> None:
    """Parameters are sorted by name; a value given anew replaces every old one; None removes."""
    href = Href("http://o.test/a?v=1.0&term=x+y&v=2.0&expand=cast&b=2&b=1")

    changed = with_parameters(href, {"v": "1.5", "max_results": 25, "expand": None})

    assert changed == "http://o.test/a?b=2&b=1&max_results=25&term=x%20y&v=1.5"


NOUNS = st.sampled_from([(address.noun, len(address.ids)) for address, _ in ADDRESSES])
IDS = st.from_regex(r"[A-Za-z0-9_.~-]{1,128}", fullmatch=True).filter(lambda text: text.strip(".") != "")
ORIGINS = st.sampled_from([ORIGIN, MOUNTED, Origin.at("http://127.0.0.1:8001"), Origin.at("http://[::1]:8")])


@given(origin=ORIGINS, noun=NOUNS, data=st.data())
def test_every_address_is_found_again(origin: Origin, noun: tuple[Noun, int], data: st.DataObject) -> None:
    """An address survives being written and read, at every origin; what is written resolves to itself."""
    address = Address(noun[0], tuple(data.draw(st.lists(IDS, min_size=noun[1], max_size=noun[1]))))

    href = origin.href_of(address)

    assert (origin.address(href), origin.resolve(href)) == (address, href)


@given(
    parameters=st.dictionaries(st.text(min_size=1), st.text() | st.integers(), max_size=5),
    others=st.dictionaries(st.text(min_size=1), st.text(), max_size=5),
)
def test_order_of_parameters_makes_no_difference(
    parameters: dict[str, str | int], others: dict[str, str]
) -> None:
    """Any parameters in any order give one canonical address, which resolves to itself."""
    plain = Href("http://o.test/catalog/titles")
    backwards = dict(reversed((others | parameters).items()))

    href = with_parameters(with_parameters(plain, others), parameters)

    assert (href, ORIGIN.resolve(href)) == (with_parameters(plain, backwards), href)


@given(st.text() | st.text().map("http://o.test/".__add__) | st.text().map("http://o.test".__add__))
def test_whatever_a_link_holds_it_is_resolved_or_foreign(href: str) -> None:
    """A link of any characters is refused as foreign, or gives an address of the origin for good."""
    try:
        resolved = ORIGIN.resolve(href)
    except ForeignLink:
        return

    assert resolved.startswith("http://o.test/")
    assert ORIGIN.resolve(resolved) == resolved
