"""`mppmon demo`: the whole product on a simulated mall; `demo --check` plays its story without a person."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import httpx

from mppmon.demo.simulator.launch import Control, ControlRefused, control_of
from mppmon.demo.workplace import default_root, simulator_socket


@click.group(invoke_without_command=True, epilog="Examples: mppmon demo; mppmon demo fault jam a3-card-printer")
@click.option("--check", is_flag=True, help="Play the story without a person: one JSON line per step, 0 if all hold.")
@click.option("--port", type=click.IntRange(1, 65535), default=8740, show_default=True, help="Port of the demo's page.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=default_root,
    help="Where it works; an earlier demo there is removed.",
)
@click.option("--browser/--no-browser", default=True, help="Open the page in a browser, where there is a screen.")
@click.pass_context
def command(context: click.Context, port: int, folder: Path, *, check: bool, browser: bool) -> None:
    """Run a whole simulated mall on this machine, on loopback only: it is Monday 08.30 there.

    Its page leads through six faults and shows what three people see of each: the technician's phone, the mall's live
    page, the agency's report. In free play every fault has a button; `mppmon demo fault NAME [DEVICE]` begins more.
    """
    context.obj = folder
    if context.invoked_subcommand is not None:
        return
    if check:
        from mppmon.demo.check import play  # noqa: PLC0415  # heavy: only when it is run

        # Beside a demo that somebody is looking at, not over it.
        raise SystemExit(play(folder.with_name(f"{folder.name}-check") if folder == default_root() else folder))
    from mppmon.demo.run import show  # noqa: PLC0415  # likewise

    show(folder, port, browser=browser)


@command.command(epilog="Examples: mppmon demo fault jam a3-card-printer; mppmon demo fault uplink-off")
@click.argument("name")
@click.argument("device", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the faults that last as JSON.")
@click.pass_obj
def fault(folder: Path, name: str, device: str | None, *, as_json: bool) -> None:
    """Begin fault NAME (jam, power-off, network-off, uplink-off, unplug, ...) at DEVICE in the running demo."""
    _tell(folder, lambda control: control.begin(name, device), as_json=as_json)


@command.command(epilog="Examples: mppmon demo mend; mppmon demo mend jam a3-card-printer")
@click.argument("name", required=False)
@click.argument("device", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the faults that last as JSON.")
@click.pass_obj
def mend(folder: Path, name: str | None, device: str | None, *, as_json: bool) -> None:
    """Mend fault NAME at DEVICE in the running demo; without a name, all of them."""
    _tell(folder, lambda control: control.mend(name, device), as_json=as_json)


def _tell(folder: Path, deed: Callable[[Control], Mapping[str, Any]], *, as_json: bool) -> None:
    socket = simulator_socket(folder)
    if not socket.exists():
        raise click.ClickException(f"no demo is running in {folder}: start one with `mppmon demo`")
    try:
        with control_of(socket) as control:
            answer = deed(control)
        click.echo(json.dumps(answer) if as_json else said(answer, names_in(folder / "mall" / "devices.yaml")))
    except ControlRefused as refused:
        raise click.ClickException(str(refused)) from refused
    except httpx.HTTPError as error:
        raise click.ClickException(f"no demo is running in {folder} ({error})") from error


def said(answer: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return in words which faults last now. `names`: id of a device -> its name."""
    begun = [
        f"{one['fault']} at {names.get(one['device'], one['device'])} ({one['device']}), for {one['seconds']:.0f} s"
        for one in answer["active"]
    ]
    changed = "" if answer["changed"] else "nothing changed; "
    return changed + ("faults now: " + "; ".join(begun) if begun else "no faults now")


def names_in(file: Path) -> Mapping[str, str]:
    """Return the devices' names, none when the file of a demo that is ending cannot be read."""
    from yaml import YAMLError, safe_load  # noqa: PLC0415  # only after a fault was begun

    try:
        devices = safe_load(file.read_text("utf-8"))["devices"]
        return {str(device): str(one["name"]) for device, one in devices.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, YAMLError):
        return {}
