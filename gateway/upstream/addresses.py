"""The networks that connections to the origin may lead to. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Self

PUBLIC: Final = "public"
"""In place of a network: all addresses of the internet, and none that is private, of this machine or link."""

_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""Where a gateway of the network leads on to the address of version 4 at the end (NAT64, RFC 6052)."""
_NOT_PUBLIC: Final = tuple(map(IPv6Network, ("64:ff9b:1::/48", "fec0::/10", "::/96", "::ffff:0:0:0/96")))
"""Networks of one site, or of version 4 written in old ways, that Python's ``is_global`` may not know."""


@dataclass(frozen=True, slots=True)
class Networks:
    """Some networks; any where there is none."""

    networks: frozenset[IPv4Network | IPv6Network] = frozenset()
    is_public: bool = False
    """Whether all of the internet is among them."""

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """Return what *texts* name, as ``10.0.0.0/8`` or ``public``; raise ``ValueError``."""
        named = set(texts)
        return cls(frozenset(map(ip_network, named - {PUBLIC})), PUBLIC in named)

    def have(self, text: str) -> bool:
        """Tell whether the address *text* is in one of them."""
        if not self.networks and not self.is_public:
            return True
        address = _plain(ip_address(text))
        if self.is_public and _is_public(address):
            return True
        return any(address in network for network in self.networks)


ANYWHERE: Final = Networks()


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and not address.is_multicast


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the address of version 4 that *address* of version 6 stands for, where it stands for one."""
    if isinstance(address, IPv4Address):
        return address
    if address.scope_id is not None:
        address = IPv6Address(int(address))
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
