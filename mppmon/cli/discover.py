"""`mppmon discover CIDR...`: what answers in a network, as a proposal for `devices.yaml`."""

import asyncio
import json
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import SecretStr

from collectors.settings import SnmpSettings
from mppmon.cli.v3_user import v3_options, v3_settings

if TYPE_CHECKING:
    from collectors.snmp.discovery.sweep import Sweep
    from collectors.snmp.library import Profiles
    from mppmon.config import Loaded
    from mppmon.setup.discovery.text import Found

NOTHING, STOPPED = 1, 130
"""Exit status when nothing answered, and (as shells say of Ctrl-C) when it was stopped."""
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(epilog="Example: mppmon discover 192.168.1.0/24 --config ./mal > found.yaml")
@click.argument("networks", nargs=-1, metavar="CIDR...")
@click.option("--hosts", type=click.File(encoding="utf-8"), help="More addresses or names, one a line; - is the input.")
@click.option("--community", "communities", multiple=True, metavar="NAME", help="A public one. Default: public.")
@click.option("--community-file", "files", type=_FILE, multiple=True, help="A file with one that is secret.")
@click.option("--v3-user", metavar="NAME", help="Also ask by v3, as this user.")
@v3_options
@click.option("--config", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Only what differs.")
@click.option(
    "--gateway", default="", metavar="ADDRESS", help="The way out. Default: this machine's, else the router found."
)
@click.option("--place", default="Belum diketahui", show_default=True, help="The place of what is found.")
@click.option("--port", type=click.IntRange(1, 65535), default=161, show_default=True)
@click.option("--rate", type=click.IntRange(1, 2000), default=300, show_default=True, help="Questions a second.")
@click.option("--public", is_flag=True, help="Also ask addresses that are not private: only networks of your own.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(  # one argument per option
    networks: Sequence[str],
    hosts: Iterator[str] | None,
    communities: Sequence[str],
    files: Sequence[Path],
    v3_user: str | None,
    config: Path | None,
    gateway: str,
    place: str,
    port: int,
    rate: int,
    *,
    public: bool,
    as_json: bool,
    **v3: Any,  # noqa: ANN401  # the options of v3, by the names of the settings
) -> None:
    """Ask every address of CIDR... (at most 4,096; also addresses and names) by ICMP and SNMP, and propose devices with
    what they hang on.

    Prints a devices.yaml; with --config only what that inventory does not have, asking also as it asks. Nothing is
    written. Ctrl-C prints what was found until then.

    Exit status 0: something answered. 1: nothing did. 2: the arguments or the configuration are no use. 130: stopped.
    """
    texts = [*networks, *(line.strip() for line in hosts or () if line.strip() and not line.startswith("#"))]
    if not texts:
        raise click.UsageError("no network: give one such as 192.168.1.0/24, or --hosts FILE")
    typed = [SnmpSettings(port=port, community=SecretStr(one)) for one in communities]
    typed += [SnmpSettings(port=port, community_file=one.absolute()) for one in files]
    users = [v3_settings(v3_user, v3, port=port, timeout=2.0)] if v3_user else []
    found, seen, stopped = _discover(
        texts, typed, users, config=config, gateway=gateway, place=place, port=port, rate=rate, public=public
    )
    if as_json:
        click.echo(json.dumps(_as_json(found, seen, stopped=stopped), ensure_ascii=False))
    else:
        from mppmon.setup.discovery.text import lines  # noqa: PLC0415  # heavy: keeps `mppmon --help` quick

        click.echo("\n".join(lines(found)))
        new = f", {len(found.new)} of them not in the inventory" if found.against else ""
        click.echo(f"asked: {len(seen.asked)}; devices found: {len(found.devices)}{new}", err=True)
    if stopped:
        raise SystemExit(STOPPED)
    if not seen.sightings:
        click.echo("nothing answered: is this the right network, and are these the right communities?", err=True)
        raise SystemExit(NOTHING)


def _discover(  # one argument per option
    texts: Sequence[str],
    typed: Sequence[SnmpSettings],
    users: Sequence[SnmpSettings],
    *,
    config: Path | None,
    gateway: str,
    place: str,
    port: int,
    rate: int,
    public: bool,
) -> "tuple[Found, Sweep, bool]":
    from collectors.snmp.discovery.difference import differences  # noqa: PLC0415  # heavy: keeps `mppmon --help` quick
    from collectors.snmp.discovery.nearby import nearby, way_out  # noqa: PLC0415  # likewise
    from collectors.snmp.discovery.proposal import propose  # noqa: PLC0415  # likewise
    from collectors.snmp.discovery.sighting import located  # noqa: PLC0415  # likewise
    from collectors.snmp.library import builtin  # noqa: PLC0415  # likewise
    from mppmon.setup.discovery.addresses import Unusable, to_ask  # noqa: PLC0415  # likewise
    from mppmon.setup.discovery.inventory import Inventory, inventory_of  # noqa: PLC0415  # likewise
    from mppmon.setup.discovery.text import Found  # noqa: PLC0415  # likewise

    loaded = _load(config) if config is not None else None
    inventory = inventory_of(loaded, _resolve) if loaded is not None else Inventory()
    try:
        asked = to_ask(texts, public=public, known=nearby(), resolve=_resolve)
    except Unusable as error:
        raise click.UsageError(str(error)) from None
    ways = _ways(typed, users, inventory.ways, port)
    profiles = (loaded.profiles if loaded is not None else None) or builtin()
    seen, stopped = _sweep(asked.addresses, ways, profiles, rate)
    own = way_out()
    if not gateway and any(one.address == own for one in seen.sightings):
        gateway = own
    devices = propose(located(seen.sightings, nearby()), inventory.devices, gateway)
    remarks = [*asked.remarks]
    if seen.why_no_icmp:
        remarks.append(f"Only SNMP was asked: {seen.why_no_icmp}")
    if stopped:
        remarks.append(f"Stopped after {len(seen.asked)} of {len(asked.addresses)} addresses: the rest was not asked.")
    if inventory.lost:
        remarks.append(f"The names of these lead to no address now: {', '.join(inventory.lost)}")
    if sum(one.kind == "switch" for one in devices) > 1 and not any(one.parents for one in devices):
        remarks.append("Nothing tells which way is out, so nothing hangs on anything: name it with --gateway ADDRESS.")
    found = Found(
        devices,
        ways,
        inventory.devices,
        differences(devices, inventory.devices, frozenset(seen.asked)),
        remarks,
        place,
        config.absolute() if config is not None else None,
        frozenset(one.community.get_secret_value() for one in typed if one.community_file is None),
        against=loaded is not None,
    )
    return found, seen, stopped


def _ways(
    typed: Sequence[SnmpSettings], users: Sequence[SnmpSettings], used: Sequence[SnmpSettings], port: int
) -> list[SnmpSettings]:
    """Return how to ask, in order, each way once: as was typed (else `public`), then as the inventory does; a community
    by v2c and then by v1, users last.
    """
    plain = [*(typed or [SnmpSettings(port=port)]), *(one for one in used if one.version == "2c")]
    first = [each for one in plain for each in (one, one.model_copy(update={"version": "1"}))]
    ways: list[SnmpSettings] = []
    for way in (*first, *(one for one in used if one.version == "1"), *users, *used):
        if way not in ways:
            ways.append(way)
    return ways


def _load(config: Path) -> "Loaded":
    from mppmon.clock import Clock  # noqa: PLC0415  # heavy: keeps `mppmon --help` quick
    from mppmon.config import ConfigErrors, load  # noqa: PLC0415  # likewise

    try:
        return load(config, today=Clock().now().date())
    except ConfigErrors as errors:
        told = "\n".join(map(str, errors.problems[:3]))
        raise click.UsageError(f"{told}\nmppmon check-config {config} says all of it") from errors


def _resolve(name: str) -> str | None:
    """Return the first address of a name, None for none."""
    try:
        found = socket.getaddrinfo(name, 161, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return None
    return str(found[0][4][0])


def _sweep(
    addresses: Sequence[str], ways: Sequence[SnmpSettings], profiles: "Profiles", rate: int
) -> "tuple[Sweep, bool]":
    """Return what was found, and whether it was stopped."""
    from collectors.snmp.discovery.sweep import Sweep, sweep  # noqa: PLC0415  # heavy: keeps `mppmon --help` quick
    from mppmon.clock import Clock  # noqa: PLC0415  # likewise

    seen, stopped = Sweep(), False
    try:
        with _progress(len(addresses), seen) as told:
            asyncio.run(sweep(addresses, ways, profiles, into=seen, rate=rate, now=Clock().now, told=told))
    except KeyboardInterrupt:
        stopped = True
    except OSError as error:
        raise click.UsageError(f"{error.filename}: {(error.strerror or 'cannot be read').lower()}") from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    return seen, stopped


@contextmanager
def _progress(count: int, seen: "Sweep") -> Iterator[Callable[[], None]]:
    """Show on a terminal's stderr how far it is, and how many have answered; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console  # noqa: PLC0415  # a pipe need not load it
    from rich.progress import Progress  # noqa: PLC0415  # likewise

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("asking", total=count)
        yield lambda: bar.update(
            task, advance=1, description=f"{len(seen.asked)} of {count} asked, {len(seen.sightings)} answered"
        )


def _as_json(found: "Found", seen: "Sweep", *, stopped: bool) -> dict[str, object]:
    from collectors.snmp.discovery.sighting import SILENT  # noqa: PLC0415  # heavy: keeps `mppmon --help` quick

    return {
        "devices": [asdict(one) for one in found.devices],
        "differences": [asdict(one) for one in found.differences],
        "silent": [one.address for one in seen.sightings if one.way == SILENT],
        "remarks": list(found.remarks),
        "asked": len(seen.asked),
        "stopped": stopped,
    }
