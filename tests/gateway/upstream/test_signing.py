"""Signatures: the published vector, and foreign libraries as the judges of all others."""

from itertools import repeat
from urllib.parse import parse_qsl, quote, urlsplit

import oauthlib.oauth1.rfc5849.signature as oauthlib
from authlib.oauth1.rfc5849.signature import construct_base_string, hmac_sha1_signature
from authlib.oauth1.rfc5849.util import unescape
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oauthlib.oauth1 import Client

from gateway.resources import Href
from gateway.upstream.href import Origin, with_parameters
from gateway.upstream.signing import Credentials, Signer, base_string

NONCE, CLOCK = "24aea97b0b5dd516145966aaf2945c6a", 1233950836
PUBLISHED = Href("http://api.netflix.com/catalog/titles?max_results=5&term=sneakers")
BASE_STRING = (
    "GET&http%3A%2F%2Fapi.netflix.com%2Fcatalog%2Ftitles&max_results%3D5"
    "%26oauth_consumer_key%3D123456789012345678901234"
    "%26oauth_nonce%3D24aea97b0b5dd516145966aaf2945c6a"
    "%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1233950836%26oauth_version%3D1.0"
    "%26term%3Dsneakers"
)
PUBLISHED_CONSUMER = Credentials("123456789012345678901234", "1234567890")
SIGNATURE = "vlROEST9UXwI+zc9fld82giaYPE="


def signer(consumer: Credentials = PUBLISHED_CONSUMER) -> Signer:
    """Return a signer whose clock stands and whose nonces are all the same."""
    return Signer(consumer, clock=lambda: CLOCK + 0.9, nonces=repeat(NONCE))


def read_header(header: str) -> dict[str, str]:
    """Return the parameters of an ``Authorization`` header."""
    scheme, _, parameters = header.partition(" ")
    assert scheme == "OAuth"
    pairs = (each.partition("=") for each in parameters.split(", "))
    return {unescape(name): unescape(value.strip('"')) for name, _, value in pairs}


def test_the_published_vector_is_signed_in_the_header() -> None:
    """The API's own documentation shows this request and this signature (contract 2.2)."""
    assert read_header(signer().authorization("GET", PUBLISHED)) == {
        "oauth_consumer_key": "123456789012345678901234",
        "oauth_nonce": NONCE,
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "1233950836",
        "oauth_version": "1.0",
        "oauth_signature": SIGNATURE,
    }


def test_the_published_vector_is_signed_in_the_address() -> None:
    """An entry of a bulk request carries the same in its query."""
    signed = signer().signed_url(PUBLISHED)

    assert signed.startswith(f"{PUBLISHED}&oauth_consumer_key=")
    assert dict(parse_qsl(urlsplit(signed).query))["oauth_signature"] == SIGNATURE


def test_the_published_base_string_is_made() -> None:
    """What is signed is what was printed there."""
    oauth = [
        ("oauth_consumer_key", "123456789012345678901234"),
        ("oauth_nonce", NONCE),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", str(CLOCK)),
        ("oauth_version", "1.0"),
    ]

    assert base_string("get", PUBLISHED, oauth) == BASE_STRING


TEXT = st.text(
    st.sampled_from("aZ09-._~ +%&=/?#[]'\"$!*(),;:@\\|<>é\N{SNOWMAN}\N{BEAMED EIGHTH NOTES}"), max_size=8
)
PAIRS = st.lists(st.tuples(TEXT.filter(bool), TEXT), max_size=5)
ORIGINS = st.sampled_from(
    [
        "http://o.test",
        "http://o.test:80",
        "https://o.test:443/api",
        "http://O.Test:8001",
        "http://127.0.0.1:8001",
    ]
)
PATHS = st.sampled_from(["/", "/catalog/titles", "/a%20b/c%2Cd", "/~x/%C3%A9", "/it's", "/a;b"])


def written(pairs: list[tuple[str, str]]) -> str:
    """Return *pairs* as a query."""
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
    return f"?{query}" if query else ""


def judged_by_oauthlib(href: str, oauth: dict[str, str], secrets: tuple[str, str]) -> str:
    """Return the signature that oauthlib makes."""
    collected = oauthlib.collect_parameters(uri_query=urlsplit(href).query)
    normalised = oauthlib.normalize_parameters([*collected, *oauth.items()])  # type: ignore[arg-type]
    base = oauthlib.signature_base_string("GET", oauthlib.base_string_uri(href), normalised)
    signing = Client("key", client_secret=secrets[0], resource_owner_secret=secrets[1])
    return str(oauthlib.sign_hmac_sha1_with_client(base, signing))


def judged_by_authlib(href: str, oauth: dict[str, str], secrets: tuple[str, str]) -> str:
    """Return the signature that Authlib makes."""
    address, _, query = href.partition("?")
    # It takes OAuth's own parameters as they stand in the header.
    header = [(name, quote(value, safe="~")) for name, value in oauth.items()]
    base = construct_base_string("GET", address, [*parse_qsl(query, keep_blank_values=True), *header])
    return str(hmac_sha1_signature(base, *secrets))


@settings(deadline=None)
@given(origin=ORIGINS, path=PATHS, pairs=PAIRS, secret=TEXT, token=st.none() | st.tuples(TEXT, TEXT))
@example("http://o.test", "/catalog/titles", [("term", "a"), ("term", "a"), ("term", "")], "s", None)
@example("http://o.test", "/catalog/titles", [("term", "Ocean's [11] $ + %2F ~")], "s&s", ("t", "&"))
def test_foreign_libraries_make_the_same_signature(
    origin: str, path: str, pairs: list[tuple[str, str]], secret: str, token: tuple[str, str] | None
) -> None:
    """Whatever is in an address that we send, oauthlib and Authlib sign it as we do."""
    href = with_parameters(Origin.at(origin).resolve(f"{origin}{path}{written(pairs)}"), {"v": "1.5"})
    credentials = Credentials(*token) if token else None

    oauth = read_header(signer(Credentials("key", secret)).authorization("GET", href, credentials))

    made = oauth.pop("oauth_signature")
    secrets = (secret, token[1] if token else "")
    assert [judged_by_oauthlib(href, oauth, secrets), judged_by_authlib(href, oauth, secrets)] == [made] * 2


@settings(deadline=None)
@given(pairs=PAIRS, token=st.none() | st.tuples(TEXT, TEXT))
def test_both_places_carry_the_same_signature(
    pairs: list[tuple[str, str]], token: tuple[str, str] | None
) -> None:
    """In the header of a request and in the query of a bulk entry, and the address itself stays as it was."""
    href = Origin.at("http://o.test").resolve(f"http://o.test/catalog/titles{written(pairs)}")
    credentials = Credentials(*token) if token else None

    in_header = read_header(signer().authorization("GET", href, credentials))
    signed = signer().signed_url(href, credentials)

    in_query = signed.removeprefix(href).lstrip("?&")
    assert dict(parse_qsl(in_query, keep_blank_values=True)) == in_header


def test_no_nonce_is_used_twice() -> None:
    """Each signature of each signer has a nonce of its own."""
    signers = [Signer(Credentials("key", "secret")) for _ in range(2)]

    nonces = {
        read_header(each.authorization("GET", PUBLISHED))["oauth_nonce"]
        for _ in range(100)
        for each in signers
    }

    assert len(nonces) == 200


def test_secrets_are_not_shown() -> None:
    """Credentials may be printed by accident."""
    assert repr(Credentials("key", "CANARY")) == "Credentials(key='key')"
