"""`mppmon agent enroll DEVICE`."""

import json
import os
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import click

from collectors.pc.push.pin import pin_of
from collectors.settings import PushDoorSettings
from mppmon.cli.control import state_option
from mppmon.clock import Clock
from mppmon.config import ConfigErrors, Loaded, load
from mppmon.mall.model import Device, DeviceKind
from mppmon.setup.enrolment import Enrolment, agent_toml, enrol, new_token, push_toml
from mppmon.setup.yaml_text import written
from mppmon.state import push_certificate

_THERE = "/etc/mppmon-agent"
_PORT = 9182
_WITH_AGENT = (DeviceKind.PC, DeviceKind.KIOSK, DeviceKind.DISPLAY, DeviceKind.SERVER)
_SLUG = re.compile(r"[a-z0-9-]{1,40}")


@click.group()
def command() -> None:
    """Enrol the agents of counter PCs."""


@command.command(epilog="Example: mppmon agent enroll a3-pc --config /etc/mppmon --out /root/a3-pc")
@click.argument("device")
@click.option(
    "--out", "folder", required=True, type=click.Path(path_type=Path), help="A new folder for the PC's files."
)
@click.option(
    "--config",
    "directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The configuration: it names the peripherals behind the PC.",
)
@click.option("--push", "door", metavar="HOST[:PORT]", help="It cannot be asked: it sends to us, by this address.")
@state_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def enroll(device: str, folder: Path, directory: Path | None, door: str | None, state: Path, *, as_json: bool) -> None:
    """Make what the agent on DEVICE needs, and print its token, its pin and the lines for devices.yaml.

    The folder holds agent.toml, token, certificate.pem and key.pem: copy it to the PC as /etc/mppmon-agent and take it
    away here, but for the token. Nothing of the configuration is changed. Exit status 2: the folder is there already.

    With --push it holds agent.toml and push-token, for a PC behind a NAT; the pin is that of our own door.
    """
    if not _SLUG.fullmatch(device):
        raise click.UsageError(f"found {device!r}, expected a device id: a-z, 0-9 and -, at most 40")
    loaded = _loaded(directory)
    known = _known(device, loaded)
    parts = tuple(one.id for one in loaded.mall.devices.values() if one.via == device) if loaded is not None else ()
    if door is not None:
        _enroll_push(device, known, folder, parts, _door(door, loaded, state), as_json=as_json)
        return
    made = enrol(device, now=Clock().now())
    files = {
        "agent.toml": agent_toml(parts, port=_PORT, folder=_THERE).encode(),
        "token": f"{made.token}\n".encode(),
        "certificate.pem": made.certificate,
        "key.pem": made.key,
    }
    _write(folder, files)
    lines = _lines(device, known, made)
    if as_json:
        click.echo(json.dumps({"token": made.token, "pin": made.pin, "folder": str(folder), "inventory": lines}))
        return
    click.echo(f"Token: {made.token}\nPin:   {made.pin}\nFiles: {folder.resolve()}\n")
    click.echo(f"1. Copy the folder to the PC as {_THERE}, owned by the agent's user, and start it (docs/agent.md).")
    click.echo(f"2. Here: install -m 0640 -g mppmon {folder}/token /etc/mppmon/secrets/agent-{device}")
    click.echo("   and take the folder away: whoever has key.pem can pass for this PC.")
    click.echo(f"3. In devices.yaml, below `devices:`\n{lines}")


def _known(device: str, loaded: Loaded | None) -> Device | None:
    """Return what the inventory says of it; None, with a note, where it is not there. UsageError for what is no PC."""
    if loaded is None:
        return None
    known = loaded.mall.devices.get(device)
    if known is None:
        click.echo(f"Note: {device} is not in devices.yaml yet.", err=True)
    elif known.via is not None:
        raise click.UsageError(f"{device} hangs on {known.via}, whose agent tells of it: enroll {known.via}")
    elif known.kind not in _WITH_AGENT:
        expected = ", ".join(_WITH_AGENT)
        raise click.UsageError(f"{device} is a {known.kind}, which runs no agent; expected a {expected}")
    return known


def _head(device: str, known: Device | None) -> str:
    kind, name = (known.kind, written(known.name)) if known is not None else (DeviceKind.PC, "...")
    return f"  {device}:\n    kind: {kind}\n    name: {name}\n"


def _enroll_push(  # one argument per option
    device: str,
    known: Device | None,
    folder: Path,
    parts: tuple[str, ...],
    door: tuple[str, str],
    *,
    as_json: bool,
) -> None:
    token, (url, pin) = new_token(), door
    _write(
        folder,
        {
            "agent.toml": push_toml(parts, url=url, pin=pin, folder=_THERE).encode(),
            "push-token": f"{token}\n".encode(),
        },
    )
    lines = (
        f"{_head(device, known)}"
        "    agent:\n"
        "      # machine_id: ...  # what `mppmon-agent --machine-id` says on that PC\n"
        f"      push: {{tokens: {sha256(token.encode('ascii')).hexdigest()}}}"
    )
    if as_json:
        click.echo(json.dumps({"token": token, "pin": pin, "folder": str(folder), "inventory": lines}))
        return
    click.echo(f"Token: {token}\nPin:   {pin}\nFiles: {folder.resolve()}\n")
    click.echo(f"1. Copy the folder to the PC as {_THERE}, owned by the agent's user, and start it (docs/agent.md).")
    click.echo("2. Here take the folder away: the configuration has the token's hash only.")
    click.echo(f"3. In devices.yaml, below `devices:`, without an address\n{lines}")


def _door(address: str, loaded: Loaded | None, state: Path) -> tuple[str, str]:
    """Return URL and pin of our own door, as the PC reaches it."""
    settings = loaded.settings.push if loaded is not None else None
    file = (settings.certificate_file if settings is not None else None) or push_certificate(state)
    port = settings.listen_port if settings is not None else PushDoorSettings().listen_port
    host = address if address.startswith("[") or address.count(":") <= 1 else f"[{address}]"
    where = host if re.search(r":\d+$", host) else f"{host}:{port}"
    try:
        return f"https://{where}/push", pin_of(file.read_text("ascii"))
    except (OSError, ValueError) as error:
        why = (error.strerror or "cannot be read").lower() if isinstance(error, OSError) else "holds no certificate"
        cure = "write `push: {}` in daemon.yaml, and start mppmon: it makes one"
        raise click.UsageError(f"the door's certificate, {file}: {why}; {cure}") from error


def _loaded(directory: Path | None) -> Loaded | None:
    if directory is None:
        return None
    try:
        return load(directory, today=Clock().now().date())
    except ConfigErrors as error:
        raise click.UsageError(f"{directory}: not valid; see mppmon check-config") from error


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True)
        for name, content in files.items():
            with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
    except OSError as error:
        raise click.UsageError(f"{folder}: {(error.strerror or 'cannot be written').lower()}") from error


def _lines(device: str, known: Device | None, made: Enrolment) -> str:
    address = known.address if known is not None else None
    return (
        f"{_head(device, known)}"
        f"    address: {written(address) if address else '...'}\n"
        "    agent:\n"
        f"      token_file: secrets/agent-{device}\n"
        f"      pin: {made.pin}\n"
        "      # machine_id: ...  # what `mppmon-agent --machine-id` says on that PC"
    )
