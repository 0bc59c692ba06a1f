"""`mppmon discover CIDR...`: what answers in a network, as a proposal for `devices.yaml`."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from ipaddress import IPv4Network
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collectors.snmp.discovery.proposal import Known, Proposed
    from collectors.snmp.discovery.sweep import Sweep

_MOST = 4096  # addresses of one run


@click.command(epilog="Example: mppmon discover 192.168.1.0/24 --config ./mal > found.yaml")
@click.argument("networks", nargs=-1, required=True, metavar="CIDR...")
@click.option("--community", "communities", multiple=True, metavar="NAME", help="A public one. Default: public.")
@click.option(
    "--community-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Communities, one a line."
)
@click.option("--config", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Only what differs.")
@click.option("--gateway", default="", metavar="ADDRESS", help="Where the way out goes. Default: the router found.")
@click.option("--place", default="Belum diketahui", show_default=True, help="The place of what is found.")
@click.option("--port", type=click.IntRange(1, 65535), default=161, show_default=True)
@click.option("--public", is_flag=True, help="Also ask addresses that are not private: only networks of your own.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(  # one argument per option
    networks: Sequence[str],
    communities: Sequence[str],
    community_file: Path | None,
    config: Path | None,
    gateway: str,
    place: str,
    port: int,
    *,
    public: bool,
    as_json: bool,
) -> None:
    """Ask every address of CIDR... (at most 4,096) by ICMP and SNMP, and propose devices with what they hang on.

    Prints a devices.yaml; with --config only what that inventory does not have. Nothing is written.
    """
    addresses = _addresses(networks, public=public)
    words = [*communities, *(community_file.read_text(encoding="utf-8").split() if community_file else ())] or [
        "public"
    ]
    from collectors.snmp.discovery.proposal import propose  # noqa: PLC0415  # heavy: keeps `mppmon --help` quick

    inventory = inventory_of(config) if config is not None else []
    seen = _sweep(addresses, words, port)
    found = propose(seen.sightings, inventory, gateway)
    if as_json:
        click.echo(json.dumps({"devices": [asdict(one) for one in found], "silent": seen.silent}, ensure_ascii=False))
    else:
        click.echo("\n".join(lines(found, seen, place, port)))


def _addresses(networks: Sequence[str], *, public: bool) -> list[str]:
    found: dict[str, None] = {}
    for text in networks:
        try:
            network = IPv4Network(text, strict=False)
        except ValueError as error:
            raise click.BadParameter(f"{error}; expected an IPv4 network as 192.168.1.0/24") from None
        if not (network.is_private or public):
            raise click.BadParameter(f"{text}: not a private network; --public, if it is your own")
        if network.num_addresses > _MOST:
            raise click.BadParameter(f"{text}: found {network.num_addresses} addresses, expected at most {_MOST}")
        found.update(dict.fromkeys(map(str, network.hosts())))
    if len(found) > _MOST:
        raise click.BadParameter(f"found {len(found)} addresses, expected at most {_MOST}")
    return list(found)


def inventory_of(config: Path) -> "list[Known]":
    """Return what a configuration holds, and other ids that are taken. ClickException when it is not valid."""
    from collectors.snmp.discovery.proposal import Known  # noqa: PLC0415  # heavy: keeps `mppmon --help` quick
    from mppmon.clock import Clock  # noqa: PLC0415  # likewise
    from mppmon.config import ConfigErrors, load  # noqa: PLC0415  # likewise
    from mppmon.setup.inventory.known import Known as Held  # noqa: PLC0415  # likewise

    try:
        loaded = load(config, today=Clock().now().date())
    except ConfigErrors as errors:
        raise click.ClickException("\n".join(map(str, errors.problems[:3]))) from errors
    held = Held.of(loaded.normalised)
    devices = [Known(name, one.get("address") or "", one.get("serial") or "") for name, one in held.devices.items()]
    return [*devices, *(Known(name) for name in held.gone)]  # ids that are taken


def _sweep(addresses: Sequence[str], communities: Sequence[str], port: int) -> "Sweep":
    from collectors.snmp.discovery.sweep import sweep  # noqa: PLC0415  # heavy: keeps `mppmon --help` quick
    from collectors.snmp.library import builtin  # noqa: PLC0415  # likewise
    from mppmon.clock import Clock  # noqa: PLC0415  # likewise

    with _progress(len(addresses)) as told:
        return asyncio.run(sweep(addresses, communities, builtin(), port=port, now=Clock().now, told=told))


@contextmanager
def _progress(count: int) -> Iterator[Callable[[], None]]:
    """Show a bar on a terminal's stderr; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console  # noqa: PLC0415  # a pipe need not load it
    from rich.progress import Progress  # noqa: PLC0415  # likewise

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("addresses", total=count)
        yield lambda: bar.advance(task)


def lines(found: "Sequence[Proposed]", seen: "Sweep", place: str, port: int) -> Iterator[str]:
    """Yield a devices.yaml of what the inventory does not have, with the rest told in remarks."""
    from mppmon.setup.yaml_text import written  # noqa: PLC0415  # keeps `mppmon --help` quick

    yield "# Proposed by mppmon discover: read it, then put it into devices.yaml. Names and places are yours to say."
    if seen.why_no_icmp:
        yield f"# Only SNMP was asked: {seen.why_no_icmp}"
    for one in found:
        if one.moved_from:
            yield f"# moved: {one.id} from {one.moved_from} to {one.address}"
        elif one.kind == "unknown" and not one.known:
            yield f"# of unknown kind: {one.address} {json.dumps(f'{one.vendor} {one.model}'.strip())}"
    for address in seen.silent:
        yield f"# answers to ICMP, not to SNMP with these communities: {address}"
    new = [one for one in found if not one.known and one.kind != "unknown"]
    named = {one.id for one in found if one.known or one.kind != "unknown"}
    yield "version: 1"
    yield "devices:" if new else "devices: {}"
    for one in new:
        fields: dict[str, object] = {"kind": one.kind, "name": one.id, "place": place}
        fields |= {
            key: text
            for key, text in (
                ("address", one.address),
                ("brand", one.vendor),
                ("model", one.model),
                ("serial", one.serial),
            )
            if text
        }
        if parents := [each for each in one.parents if each in named]:
            fields["parents"] = parents
        if one.kind != "passive":
            fields["snmp"] = {} if port == 161 else {"port": port}  # noqa: PLR2004  # SNMP's own port
        yield f"  {one.id}: {written(fields)}"
