"""`mppmon agent enroll DEVICE`."""

import json
import os
import re
from pathlib import Path

import click

from mppmon.clock import Clock
from mppmon.config import ConfigErrors, load
from mppmon.setup.enrolment import Enrolment, agent_toml, enrol

_THERE = "/etc/mppmon-agent"
_PORT = 9182
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
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def enroll(device: str, folder: Path, directory: Path | None, *, as_json: bool) -> None:
    """Make what the agent on DEVICE needs, and print its token, its pin and the lines for devices.yaml.

    The folder holds agent.toml, token, certificate.pem and key.pem: copy it to the PC as /etc/mppmon-agent and take it
    away here, but for the token. Nothing of the configuration is changed. Exit status 2: the folder is there already.
    """
    if not _SLUG.fullmatch(device):
        raise click.UsageError(f"found {device!r}, expected a device id: a-z, 0-9 and -, at most 40")
    made = enrol(device, now=Clock().now())
    try:
        _write(folder, made, _parts(directory, device))
    except OSError as error:
        raise click.UsageError(f"{folder}: {(error.strerror or 'cannot be written').lower()}") from error
    lines = _lines(device, made)
    if as_json:
        click.echo(json.dumps({"token": made.token, "pin": made.pin, "folder": str(folder), "inventory": lines}))
        return
    click.echo(f"Token: {made.token}\nPin:   {made.pin}\nFiles: {folder.resolve()}\n")
    click.echo(f"1. Copy the folder to the PC as {_THERE}, owned by the agent's user, and start it (docs/agent.md).")
    click.echo(f"2. Here: install -m 0640 -g mppmon {folder}/token /etc/mppmon/secrets/agent-{device}")
    click.echo("   and take the folder away: whoever has key.pem can pass for this PC.")
    click.echo(f"3. In devices.yaml, below `devices:`\n{lines}")


def _parts(directory: Path | None, device: str) -> tuple[str, ...]:
    if directory is None:
        return ()
    try:
        loaded = load(directory, today=Clock().now().date())
    except ConfigErrors as error:
        raise click.UsageError(f"{directory}: not valid; see mppmon check-config") from error
    return tuple(one.id for one in loaded.mall.devices.values() if one.via == device)


def _write(folder: Path, made: Enrolment, parts: tuple[str, ...]) -> None:
    folder.mkdir(mode=0o700, parents=True)
    files = {
        "agent.toml": agent_toml(parts, port=_PORT, folder=_THERE).encode(),
        "token": f"{made.token}\n".encode(),
        "certificate.pem": made.certificate,
        "key.pem": made.key,
    }
    for name, content in files.items():
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)


def _lines(device: str, made: Enrolment) -> str:
    return (
        f"  {device}:\n"
        "    kind: pc\n"
        "    name: ...\n"
        "    address: ...\n"
        "    agent:\n"
        f"      token_file: secrets/agent-{device}\n"
        f"      pin: {made.pin}\n"
        "      # machine_id: ...  # what `mppmon-agent --machine-id` says on that PC"
    )
