"""What one device cannot say of its `http`."""

import ipaddress
from urllib.parse import urlsplit

from collectors.online.dns import question
from collectors.settings import DnsSettings, HttpSettings
from mppmon.config.draft import Draft
from mppmon.config.tree import Path
from mppmon.mall.model import DeviceKind

_FILE = "devices.yaml"
_LONGEST = 500  # characters of a URL: it has to fit into a message


def check_http(draft: Draft, path: Path, http: HttpSettings) -> None:
    """Judge the settings of an online system; `path` leads to them."""
    draft.judge(_FILE, (*path, "url"), http.url, url_expected)
    if http.proxy is not None:
        draft.judge(_FILE, (*path, "proxy"), http.proxy, proxy_expected)
    for index, network in enumerate(http.addresses):
        draft.judge(_FILE, (*path, "addresses", index), network, network_expected)
    for key, needs, found in (
        ("key_file", "certificate_file", "the key of no certificate"),
        ("proxy_user", "proxy", "a user of no proxy"),
        ("proxy_password_file", "proxy_user", "a password of nobody"),
    ):
        if getattr(http, key) is not None and getattr(http, needs) is None:
            draft.error(_FILE, (*path, key), found, f"`{needs}:` beside it", key=True)
    if http.ca_file is not None and not http.verify:
        draft.error(_FILE, (*path, "ca_file"), "an authority that `verify: no` never asks", "one of the two", key=True)
    for key in ("contains", "lacks", "json_value"):
        if http.method == "HEAD" and getattr(http, key) is not None:
            found = f"`{key}` beside `method: HEAD`"
            draft.error(_FILE, (*path, key), found, "`method: GET`: HEAD has no page", key=True)


def check_dns(draft: Draft, path: Path, dns: DnsSettings, kind: DeviceKind) -> None:
    """Judge what a resolver is asked for; `path` leads to it."""
    if kind not in {DeviceKind.ONLINE_SYSTEM, DeviceKind.SERVER}:
        draft.error(_FILE, path, f"`dns` of a {kind.value}", "it at an online-system or a server", key=True)
    draft.judge(_FILE, (*path, "name"), dns.name, name_expected)
    for index, network in enumerate(dns.addresses):
        draft.judge(_FILE, (*path, "addresses", index), network, network_expected)
    if dns.addresses and dns.expected == "nxdomain":
        found = "`addresses` of a name that is not to be known"
        draft.error(_FILE, (*path, "addresses"), found, "no line `addresses`", key=True)
    elif dns.addresses and dns.type not in {"A", "AAAA"}:
        draft.error(_FILE, (*path, "addresses"), f"`addresses` of {dns.type}", "`type: A` or `type: AAAA`", key=True)


def name_expected(name: str) -> str | None:
    """Return what was expected instead of this name to ask a resolver for, None when it is one."""
    try:
        question(name, 0)
    except ValueError:
        return "a host name such as layanan.example.go.id"
    return None


def url_expected(url: str) -> str | None:
    """Return what was expected instead of this URL, None when it is good. Names and passwords in it are refused."""
    if not _good(url, {"http", "https"}):
        return "a URL such as https://layanan.example.go.id/status"
    return "a URL without a user name or password in it" if "@" in urlsplit(url).netloc else None


def proxy_expected(url: str) -> str | None:
    """Likewise of a proxy."""
    if not _good(url, {"http"}) or urlsplit(url).path not in {"", "/"}:
        return "a proxy such as http://192.168.1.3:3128"
    inside = "@" in urlsplit(url).netloc
    return "`proxy_user` and `proxy_password_file` instead of a user in the URL" if inside else None


def network_expected(text: str) -> str | None:
    """Return what was expected instead of this network, None when it is one."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return "an IP address or a network such as 203.0.113.0/24"
    return None


def _good(url: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(url)
        plain = url.isprintable() and " " not in url and len(url) <= _LONGEST
        port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return plain and port and parts.scheme in schemes and bool(parts.hostname)
