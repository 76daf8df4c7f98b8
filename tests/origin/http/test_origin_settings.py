"""What is wrong with the settings is said at start, by name."""

import pytest

from gateway.origin.settings import COMPAT, OriginSettings, compat_names


@pytest.mark.parametrize(
    "url",
    ["", "api.netflix.com", "ftp://api.netflix.com", "http://", "http://a/b", "http://a?b", "http://u@a"],
)
def test_a_public_url_is_a_scheme_a_host_and_a_port(url: str) -> None:
    """An address that nothing can be generated from is refused."""
    with pytest.raises(ValueError, match=r"^ORIGIN_PUBLIC_URL must "):
        OriginSettings(public_url=url)


@pytest.mark.parametrize(
    "name", ["body_bytes", "bulk_entries", "entry_url_bytes", "entry_seconds", "nonces_per_key"]
)
def test_a_limit_must_be_positive(name: str) -> None:
    """A limit of nothing is refused, and named."""
    with pytest.raises(ValueError, match=f"{name} must be positive, not 0"):
        OriginSettings(public_url="http://localhost:8001", **{name: 0})  # type: ignore[arg-type]


@pytest.mark.parametrize("proxy", ["", "*", "proxy.local", "10.0.0.0/33", "10.0.0.1/8"])
def test_proxies_are_addresses_or_networks(proxy: str) -> None:
    """A name, or everybody, is refused: whoever is believed is named exactly."""
    with pytest.raises(ValueError, match=r"^ORIGIN_PROXIES must be addresses or networks"):
        OriginSettings(public_url="http://localhost:8001", proxies=("::1", proxy))


def test_unknown_leniencies_are_refused() -> None:
    """A misspelt leniency is not silently strict."""
    with pytest.raises(ValueError, match="compat does not know nonce-per-proces; it knows historic, "):
        compat_names(["historic-hosts", "nonce-per-proces"])


def test_historic_is_all_of_them() -> None:
    """One name asks for every leniency there is."""
    assert compat_names(["historic"]) == frozenset(COMPAT)
