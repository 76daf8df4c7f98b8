"""Signature base strings, against the published vector and two libraries as oracles."""

from urllib.parse import quote, urlencode

import httpx
import pytest
from authlib.oauth1.rfc5849 import signature as authlib_signature
from hypothesis import given
from hypothesis import strategies as st
from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import signature as oauthlib_signature

from gateway.origin.forms import read_pairs
from gateway.origin.oauth.signature import base_string, sign

from .conftest import Clock

VECTOR = (
    "/catalog/titles?term=sneakers&max_results=5&oauth_consumer_key=123456789012345678901234"
    "&oauth_nonce=24aea97b0b5dd516145966aaf2945c6a&oauth_signature_method=HMAC-SHA1"
    "&oauth_timestamp=1233950836&oauth_version=1.0"
)
SIGNATURE = "vlROEST9UXwI+zc9fld82giaYPE="

texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)
parameters = st.lists(st.tuples(texts, texts), max_size=6)


def test_the_published_base_string_is_ours() -> None:
    """The base string and the signature of the API's own documentation come out."""
    pairs = read_pairs(VECTOR.partition("?")[2].encode())

    base = base_string("GET", "http://api.netflix.com/catalog/titles", pairs)

    assert base == (
        "GET&http%3A%2F%2Fapi.netflix.com%2Fcatalog%2Ftitles&max_results%3D5%26"
        "oauth_consumer_key%3D123456789012345678901234%26oauth_nonce%3D24aea97b0b5dd516145966aaf2945c6a%26"
        "oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1233950836%26oauth_version%3D1.0%26"
        "term%3Dsneakers"
    )
    assert sign(base, "1234567890").decode() == SIGNATURE


@pytest.mark.anyio
async def test_the_published_request_verifies(client: httpx.AsyncClient, clock: Clock) -> None:
    """The request of the API's own documentation is answered, at its own time."""
    clock.now = 1_233_950_836

    answer = await client.get(f"{VECTOR}&oauth_signature={quote(SIGNATURE, safe='')}")

    assert answer.status_code == 200


@given(pairs=parameters, secret=texts, token_secret=texts)
def test_base_strings_and_signatures_are_those_of_oauthlib(
    pairs: list[tuple[str, str]], secret: str, token_secret: str
) -> None:
    """Whatever the parameters hold, base string and signature are what oauthlib makes."""
    url = "http://api.netflix.com/catalog/titles"
    normalized = oauthlib_signature.normalize_parameters(pairs)  # type: ignore[arg-type] # it takes pairs
    theirs = oauthlib_signature.signature_base_string("GET", url, normalized)

    ours = base_string("get", url, pairs)

    client = Client("key", client_secret=secret, resource_owner_secret=token_secret)
    signed = oauthlib_signature.sign_hmac_sha1_with_client(theirs, client)
    assert (ours, sign(ours, secret, token_secret).decode()) == (theirs, signed)


@given(pairs=parameters)
def test_base_strings_are_those_of_authlib(pairs: list[tuple[str, str]]) -> None:
    """Whatever the parameters hold, the base string is what authlib makes of them decoded."""
    url = "http://api.netflix.com/catalog/titles"
    named = [(f"p{name}", value) for name, value in pairs]

    assert base_string("POST", url, named) == authlib_signature.construct_base_string("POST", url, named)


@given(pairs=parameters)
def test_forms_are_read_as_they_were_written(pairs: list[tuple[str, str]]) -> None:
    """Blanks as plus or percent-encoded, empty values and odd characters come back as they were."""
    written = [pair for pair in pairs if pair != ("", "")]

    assert list(read_pairs(urlencode(written).encode())) == written
    assert list(read_pairs(urlencode(written, quote_via=quote).encode())) == written
