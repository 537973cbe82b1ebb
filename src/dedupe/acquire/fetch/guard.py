"""Which addresses may be connected to: public ones, and those that the operator allows.

Inputs name addresses, and who writes a feed may name any: the router, the database beside us, the
metadata service of the cloud. So every connection is checked, not the spelling of a name but the
address that it resolved to, and the connection goes to that very address (``transport``).

IPv4 is refused by the list of special networks (IANA, RFC 6890), IPv6 is admitted by the one block
that is routed (2000::/3) less what is special in it. Addresses that carry an IPv4 address, mapped
or translated (NAT64), are judged by that one; 6to4 and Teredo are refused.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from dedupe.errors import SettingsError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_SPECIAL_4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32"),
        *("169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24"),
        *("192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/4", "240.0.0.0/4"),
    )
)
"""168.63.129.16 is public in form and the platform's own in every Azure machine."""

_ROUTED_6 = ipaddress.IPv6Network("2000::/3")
_SPECIAL_6 = tuple(
    ipaddress.IPv6Network(network)
    # IETF protocols with Teredo; documentation; 6to4; documentation again
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

_WEB_PORTS = (80, 443)
_SYSTEM_PORTS = 1024
_NAME = re.compile(r"[a-z0-9_*?.-]+")


class BlockedError(Exception):
    """An address that must not be asked; the message says which and why."""


class Guard:
    """Tells which hosts, ports and addresses may be asked."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        """Admit public addresses, and those in ``allowed``: networks, addresses, host patterns.

        Raises:
            SettingsError: an entry is neither.
        """
        self._networks: list[Network] = []
        self._names: list[str] = []
        for entry in allowed:
            name = entry.strip().lower().strip("[]")
            try:
                self._networks.append(ipaddress.ip_network(name, strict=False))
            except ValueError:
                if not _NAME.fullmatch(name):
                    raise SettingsError(
                        f"allow_hosts: {entry!r} is no host, pattern or network; "
                        "write 127.0.0.1, *.intranet.example or 10.0.0.0/8"
                    ) from None
                self._names.append(name)

    def check_port(self, scheme: str, host: str, port: int | None) -> None:
        """Hold that an address is of the web.

        Raises:
            BlockedError: another scheme, or the port of a system service.
        """
        if scheme not in {"http", "https"}:
            raise BlockedError(f"{scheme or 'no scheme'}: only http and https are fetched")
        if port and port < _SYSTEM_PORTS and port not in _WEB_PORTS and not self._named(host):
            raise BlockedError(f"port {port} is not one of the web")

    def check_address(self, host: str, address: str) -> None:
        """Hold that ``address``, to which ``host`` resolved, may be connected to.

        Raises:
            BlockedError: it is private, local, or reserved, and not allowed.
        """
        found = ipaddress.ip_address(address)
        if self._named(host) or any(found in network for network in self._networks):
            return
        inner = _carried(found)
        if inner is not found and any(inner in network for network in self._networks):
            return
        if not _public(inner):
            shown = f"{host} is {address}" if host != address else host
            raise BlockedError(f"{shown}, not a public address; allow_hosts can admit it")

    def _named(self, host: str) -> bool:
        host = host.lower().rstrip(".")
        try:
            literal = ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            return any(fnmatchcase(host, name) for name in self._names)
        return any(literal in network for network in self._networks)


def _carried(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _SPECIAL_4)
    return address in _ROUTED_6 and not any(address in network for network in _SPECIAL_6)
