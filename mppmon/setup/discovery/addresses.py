"""Networks, addresses and names as they were typed -> the addresses to ask. Pure; who resolves names is handed in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

MOST = 4096
"""Addresses of one run."""


class Unusable(ValueError):
    """What was typed is no network of one's own. Says what was expected."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Addresses to ask, in order, each once; `remarks` for people."""

    addresses: tuple[str, ...]
    remarks: tuple[str, ...]


def to_ask(texts: Sequence[str], *, public: bool, known: Iterable[str], resolve: Callable[[str], str | None]) -> Asked:
    """Return the addresses of networks (`192.168.1.0/24`), single addresses, and names. Unusable says what is wrong.

    A large IPv6 network cannot be swept: of that the `known` addresses are asked (this machine's neighbour table).
    """
    found: dict[str, None] = {}
    remarks: list[str] = []
    near = sorted(known)
    for text in texts:
        network = _network(text, resolve)
        if not (network.is_private or network.is_link_local or public):
            raise Unusable(f"{text}: not a private network; --public, if it is your own")
        if isinstance(network, IPv6Network) and network.num_addresses > MOST:
            its = [one for one in near if ip_address(one).version == 6 and ip_address(one) in network]  # noqa: PLR2004  # IPv6
            remarks.append(
                f"{text}: nobody can ask all of an IPv6 network; asked are the {len(its)} addresses of it that this "
                "machine has talked with lately. Name others one by one, or in --hosts FILE"
            )
            found.update(dict.fromkeys(its))
        elif network.num_addresses > MOST:
            raise Unusable(f"{text}: found {network.num_addresses} addresses, expected at most {MOST}")
        else:
            found.update(dict.fromkeys(map(str, network.hosts())))
        if len(found) > MOST:
            raise Unusable(f"found {len(found)} addresses, expected at most {MOST}")
    return Asked(tuple(found), tuple(remarks))


def _network(text: str, resolve: Callable[[str], str | None]) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        address = resolve(text) if "/" not in text else None
        if address is None:
            raise Unusable(
                f"{text}: neither a network such as 192.168.1.0/24, nor an address, nor a name that leads to one"
            ) from None
        return ip_network(address)
