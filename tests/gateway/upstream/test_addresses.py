"""Which addresses connections to the origin may lead to."""

from typing import Final

import pytest

from gateway.upstream.addresses import ANYWHERE, Networks

PRIVATE: Final = (
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "fec0::1",
    "::127.0.0.1",
    "::ffff:0:7f00:1",
)
INTERNET: Final = ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")


@pytest.mark.parametrize("address", [*PRIVATE, *INTERNET])
def test_without_any_all_will_do(address: str) -> None:
    """A laptop's origin is on the laptop."""
    assert ANYWHERE.have(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_the_internet_is_without_private_addresses(address: str) -> None:
    """However they are written."""
    assert not Networks.of(["public"]).have(address)


@pytest.mark.parametrize("address", INTERNET)
def test_the_internet_is_public(address: str) -> None:
    """By either version."""
    assert Networks.of(["public"]).have(address)


def test_networks_have_what_is_in_them() -> None:
    """And nothing beside; together with the internet if that is said."""
    networks = Networks.of(["10.0.0.0/8", "fd00::/8"])

    asked = (
        "10.255.255.255",
        "::ffff:10.0.0.1",
        "fd00::1",
        "11.0.0.0",
        "9.255.255.255",
        "8.8.8.8",
        "fe00::1",
    )
    assert [networks.have(each) for each in asked] == [True, True, True, False, False, False, False]
    assert [Networks.of(["10.0.0.0/8", "public"]).have(each) for each in ("10.0.0.1", "8.8.8.8", "::1")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("text", ["10.0.0.1/8", "private", "10.0.0.0/33", ""])
def test_what_is_no_network_is_refused(text: str) -> None:
    """Also a network with an address in it: it may be that one alone was meant."""
    with pytest.raises(ValueError, match=r"network|host bits"):
        Networks.of([text])
