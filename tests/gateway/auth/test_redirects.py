"""Where people may be sent after signing in: to us, and nowhere else."""

from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth.redirects import safe_return

GOOD = [
    "/",
    "/graphql",
    "/graphql?query=%7B%20a%20%7D&x=//evil.test",
    "/auth/device?user_code=ABCD-EFGH",
    "/a/b/#c",
    "/a%2Db",
]
BAD = [
    "",
    "graphql",
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/%09/evil.test",
    "/%0d%0aset-cookie:x",
    "https:evil.test",
    "https://evil.test",
    "/..//evil.test",
    "/a/..//evil.test",
    "/%2e%2e//evil.test",
    "/%252e%252e//evil.test",
    "/%2f/evil.test",
    "/%252fevil.test",
    "/%5cevil.test",
    "/%255cevil.test",
    "/./evil",
    "javascript:alert(1)",
    "\t//evil.test",
    " /graphql",
    "/\t/evil.test",
    "/graphql\n",
    "/\x00",
    "/caf\N{LATIN SMALL LETTER E WITH ACUTE}",
    "/" + "a" * 10_000,
    "@evil.test",
    "?x",
    "#x",
]


@pytest.mark.parametrize("text", GOOD)
def test_our_own_places_are_kept(text: str) -> None:
    """A path with its query comes back as it is."""
    assert safe_return(text) == text


@pytest.mark.parametrize("text", BAD)
def test_everything_else_leads_home(text: str) -> None:
    """Whatever some reader may take for another host."""
    assert safe_return(text) == "/"


def test_nothing_leads_home() -> None:
    """Who does not say where from begins at the front."""
    assert safe_return(None) == "/"


PARTS = st.sampled_from(
    [
        "/",
        "\\",
        ".",
        "..",
        "%2f",
        "%5C",
        "%252F",
        "%09",
        "\t",
        "\n",
        "evil.test",
        "@",
        ":",
        "https:",
        "a",
        "?",
        "#",
        "%",
    ]
)


@given(st.one_of(st.lists(PARTS, max_size=8).map("".join), st.text(max_size=40)))
def test_nobody_ever_leaves(text: str) -> None:
    """However it is joined to our address, and decoded first by a careless proxy, the host stays ours."""
    safe = safe_return(text)

    for read in (safe, unquote(safe), unquote(unquote(safe)), safe.replace("\\", "/")):
        joined = urlsplit(urljoin("https://graph.example/auth/callback", read))
        assert (joined.scheme, joined.netloc) == ("https", "graph.example")
    assert safe.isascii()
    assert safe.isprintable()
