"""Which addresses are refused, however spelled, and that the one checked is the one asked."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.acquire.fetch.answers import FetchError
from dedupe.acquire.fetch.guard import BlockedError, Guard
from dedupe.acquire.fetch.transport import GuardedBackend, resolve
from dedupe.errors import SettingsError

PRIVATE = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",  # metadata of Alibaba Cloud
    "169.254.169.254",  # metadata of most clouds
    "168.63.129.16",  # the platform's own in Azure
    "192.0.0.192",  # metadata of Oracle Cloud
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "fe80::1",
    "fe80::1%1",
    "fc00::1",
    "fd00:ec2::254",  # metadata of AWS
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",  # NAT64 of 127.0.0.1
    "64:ff9b:1::1",
    "2002:7f00:1::",  # 6to4 of 127.0.0.1
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # Teredo
    "2001:db8::1",
    "3fff::1",
]
PUBLIC = ["93.184.216.34", "8.8.8.8", "172.32.0.1", "2606:2800:220:1::1", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(BlockedError, match="not a public address"):
        Guard().check_address("news.example", address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_admitted(address: str) -> None:
    Guard().check_address("news.example", address)


@given(st.ip_addresses(v=4))
def test_a_mapped_or_translated_address_fares_as_the_one_inside(inner: Any) -> None:
    def admitted(address: str) -> bool:
        try:
            Guard().check_address("news.example", address)
        except BlockedError:
            return False
        return True

    plain = admitted(str(inner))
    assert admitted(f"::ffff:{inner}") == plain
    assert admitted(f"64:ff9b::{int(inner) >> 16:x}:{int(inner) & 0xFFFF:x}") == plain


@pytest.mark.parametrize(
    ("allowed", "host", "address"),
    [
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "localhost", "127.0.0.1"),
        ("10.0.0.0/8", "news.example", "10.1.2.3"),
        ("10.0.0.0/8", "news.example", "::ffff:10.1.2.3"),
        ("*.intranet.example", "a.intranet.example", "10.1.2.3"),
        ("Intranet.Example", "intranet.example.", "fd00::1"),
        ("fd00::/8", "news.example", "fd12::1"),
    ],
)
def test_the_operator_can_admit_hosts_and_networks(allowed: str, host: str, address: str) -> None:
    Guard([allowed]).check_address(host, address)


@pytest.mark.parametrize(
    ("allowed", "host", "address"),
    [
        ("127.0.0.1", "news.example", "127.0.0.2"),
        ("*.intranet.example", "intranet.example.evil.example", "10.1.2.3"),
        ("intranet.example", "a.intranet.example", "10.1.2.3"),
        ("10.0.0.0/8", "news.example", "192.168.0.1"),
    ],
)
def test_what_was_not_admitted_stays_refused(allowed: str, host: str, address: str) -> None:
    with pytest.raises(BlockedError):
        Guard([allowed]).check_address(host, address)


def test_an_entry_that_is_no_host_is_told() -> None:
    with pytest.raises(SettingsError, match="http://intranet"):
        Guard(["http://intranet"])


@pytest.mark.parametrize("scheme", ["file", "ftp", "gopher", "data", ""])
def test_other_schemes_are_refused(scheme: str) -> None:
    with pytest.raises(BlockedError, match="only http and https"):
        Guard(["*"]).check_port(scheme, "news.example", None)


def test_ports_of_system_services_are_refused_unless_the_host_is_allowed() -> None:
    for port in (None, 80, 443, 8080, 8443):
        Guard().check_port("http", "news.example", port)
    for port in (22, 25, 110, 445):
        with pytest.raises(BlockedError, match=f"port {port}"):
            Guard().check_port("http", "news.example", port)
        Guard(["news.example"]).check_port("http", "news.example", port)
        Guard(["127.0.0.0/8"]).check_port("http", "127.0.0.1", port)


class Dialled(httpcore.AsyncNetworkBackend):
    """Notes which address was dialled, and connects nowhere."""

    def __init__(self, *down: str) -> None:
        self.addresses: list[str] = []
        self.down = down

    async def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.addresses.append(host)
        if host in self.down:
            raise httpcore.ConnectError("refused")
        return httpcore.AsyncMockStream([])


def connect(answers: list[list[str]], dial: Dialled, host: str = "news.example") -> int:
    """Connect where each look-up gives another answer; gives how often it was looked up."""
    asked = 0

    async def look_up(_host: str, _port: int) -> list[str]:
        nonlocal asked
        asked += 1
        return answers[asked - 1]

    asyncio.run(GuardedBackend(Guard(), look_up, dial).connect_tcp(host, 80))
    return asked


def test_a_name_that_changes_its_address_after_the_check_gains_nothing() -> None:
    dial = Dialled()
    assert connect([["93.184.216.34"], ["127.0.0.1"]], dial) == 1
    assert dial.addresses == ["93.184.216.34"]


def test_of_several_addresses_only_the_public_ones_are_dialled() -> None:
    dial = Dialled("93.184.216.34")
    connect([["10.0.0.1", "93.184.216.34", "::1", "93.184.216.35"]], dial)
    assert dial.addresses == ["93.184.216.34", "93.184.216.35"]


@pytest.mark.parametrize(
    ("code", "told"),
    [(socket.EAI_NONAME, FetchError), (socket.EAI_AGAIN, httpcore.ConnectError)],
)
def test_a_name_that_is_not_there_is_told_from_a_name_server_that_is_away(
    code: int, told: type[Exception]
) -> None:
    async def look_up(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(code, "as the resolver says")

    backend = GuardedBackend(Guard(), look_up, Dialled())
    with pytest.raises(told, match=r"news\.example"):
        asyncio.run(backend.connect_tcp("news.example", 80))


def test_a_name_with_private_addresses_only_is_refused() -> None:
    dial = Dialled()
    with pytest.raises(BlockedError, match=r"news\.example is 10\.0\.0\.1"):
        connect([["10.0.0.1"]], dial)
    assert dial.addresses == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0x7f000001", "localhost"]
)
def test_odd_spellings_of_loopback_are_refused_as_what_they_are(host: str) -> None:
    """By the system's own reading of them, which needs no network."""
    dial = Dialled()
    with pytest.raises(BlockedError):
        asyncio.run(GuardedBackend(Guard(), resolve, dial).connect_tcp(host, 80))
    assert dial.addresses == []
