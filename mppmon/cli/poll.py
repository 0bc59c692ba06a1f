"""`mppmon poll DEVICE`, and `mppmon poll ADDRESS[:PORT]` with `--community NAME` or `--v3-user NAME`."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import click
from pydantic import SecretStr

from collectors.settings import SnmpSettings
from mppmon.cli.control import ask, state_option
from mppmon.cli.summary import summary
from mppmon.cli.v3_user import v3_options, v3_settings
from mppmon.cli.waiting import waiting

_SNMP_PORT = 161
_PLAINLY = {
    "ENETUNREACH": "this machine has no way to that network: look at its address and its gateway",
    "ENETDOWN": "this machine's own network is down",
    "EHOSTUNREACH": "nothing answers at that address: is it on, and is the address right?",
    "EHOSTDOWN": "nothing answers at that address: is it on, and is the address right?",
    "port is closed": "it is on, but nobody listens at that port: SNMP is switched off there, or has another port",
    "its name cannot be resolved": "no address is known by that name: is it written right?",
    "no answer before the deadline": "no answer. Off, another community, another version of SNMP, and a firewall look "
    "alike: ask by --snmp-version 1 too, and look at the device's own settings",
}
"""What the words of the operating system and of the wire mean to who polls by hand."""


@click.command(epilog="Examples: mppmon poll printer-bpjs; mppmon poll 192.0.2.7 --community public --json")
@click.argument("target")
@click.option("--community", metavar="NAME", help="Ask an SNMP address, with this community; no inventory is needed.")
@click.option("--snmp-version", type=click.Choice(["1", "2c"]), default="2c", show_default=True)
@click.option("--v3-user", metavar="NAME", help="Ask an SNMP address by v3, as this user; no inventory is needed.")
@v3_options
@click.option("--timeout", type=click.FloatRange(0.1, 60), default=2.0, show_default=True, help="Seconds per request.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@state_option
def command(  # one argument per option
    target: str,
    community: str | None,
    snmp_version: Literal["1", "2c"],
    timeout: float,
    state: Path,
    *,
    as_json: bool,
    v3_user: str | None,
    **v3: Any,  # noqa: ANN401  # the options of v3, by the names of the settings
) -> None:
    """Poll TARGET once: a device of the inventory (the daemon asks it), or any SNMP ADDRESS[:PORT], with --community or
    --v3-user.

    Exit status 1: it did not answer. 3: the daemon is off.
    """
    if community is not None and v3_user is not None:
        raise click.UsageError("--community is of v1 and v2c, --v3-user of v3: give one of the two")
    if community is None and v3_user is None:
        with waiting(f"the daemon polls {target}"):
            path = f"/api/v1/devices/{quote(target, safe='')}/poll"
            answer: Mapping[str, Any] = ask(state, "POST", path, timeout=60).json()
    else:
        address, port = split_address(target)
        settings = _settings(port, timeout, community, snmp_version, v3_user, v3)
        with waiting(f"polling {address}"):
            answer = _probe(address, settings)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        show(answer)
    if answer["outcome"] not in {"ok", "unexpected"}:
        raise SystemExit(1)


def split_address(target: str) -> tuple[str, int]:
    """Return host and port of `ADDRESS[:PORT]`; an IPv6 address with a port is written `[ADDRESS]:PORT`."""
    if target.startswith("["):
        host, end, rest = target[1:].partition("]")
        if not end or (rest and not rest.startswith(":")) or ":" not in host:
            raise click.BadParameter(f"{target!r}: expected [IPv6 address]:PORT", param_hint="TARGET")
        port = rest[1:]
    elif target.count(":") == 1:
        host, _, port = target.partition(":")
    else:
        host, port = target, ""
    if not host:
        raise click.BadParameter("nothing, expected an address", param_hint="TARGET")
    if port and not (port.isdecimal() and 0 < int(port) < 65_536):  # noqa: PLR2004  # the range of a port
        raise click.BadParameter(f"port {port!r}: expected a number from 1 to 65535", param_hint="TARGET")
    return host, int(port or _SNMP_PORT)


def _settings(
    port: int,
    timeout: float,
    community: str | None,
    snmp_version: Literal["1", "2c"],
    v3_user: str | None,
    v3: Mapping[str, Any],
) -> SnmpSettings:
    if v3_user is None:
        return SnmpSettings(port=port, timeout=timeout, version=snmp_version, community=SecretStr(community or ""))
    return v3_settings(v3_user, v3, port=port, timeout=timeout)


def _probe(address: str, settings: SnmpSettings) -> Mapping[str, Any]:
    from collectors.snmp.probe import probe_by  # noqa: PLC0415  # heavy: only when an address is asked
    from mppmon.clock import Clock  # noqa: PLC0415  # likewise

    return asyncio.run(probe_by(settings, address, now=Clock().now)).as_dict()


def show(answer: Mapping[str, Any]) -> None:
    """Print what a device said, for a person: what it means, or the samples of what means nothing to us."""
    identity = answer.get("identity") or {}
    known = " ".join(str(identity[key]) for key in ("vendor", "model", "serial") if identity.get(key))
    seconds = f" in {answer['seconds']:.3f} s" if "seconds" in answer else ""
    kind = identity.get("kind") or ""
    what = " ".join(part for part in ("" if kind == "unknown" else kind, known) if part)
    click.echo(f"{answer['outcome']}{seconds}" + (f": {what}" if what else ""))
    if answer.get("detail"):
        click.echo(_PLAINLY.get(answer["detail"], answer["detail"]))
    lines = list(summary(answer))
    for line in lines:
        click.echo(line)
    if not lines:
        from mppmon.cli.readable import readable  # noqa: PLC0415  # heavy: only when there are samples to show

        for line in readable(answer.get("samples", ())):
            click.echo(line)
