"""`mppmon demo`: the whole product on a simulated mall; `demo --check` plays its story without a person."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

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
@click.pass_context
def command(context: click.Context, port: int, folder: Path, *, check: bool) -> None:
    """Run a whole simulated mall on this machine, on loopback only: it is Monday 08.30 there.

    Its page shows what people see: the technician's chat, the mailbox, the status page; faults begin by a button or by
    `mppmon demo fault NAME [DEVICE]`.
    """
    context.obj = folder
    if context.invoked_subcommand is not None:
        return
    if check:
        from mppmon.demo.check import play  # noqa: PLC0415  # heavy: only when it is run

        # Beside a demo that somebody is looking at, not over it.
        raise SystemExit(play(folder.with_name(f"{folder.name}-check") if folder == default_root() else folder))
    from mppmon.demo.run import show  # noqa: PLC0415  # likewise

    show(folder, port)


@command.command()
@click.argument("name")
@click.argument("device", required=False)
@click.pass_obj
def fault(folder: Path, name: str, device: str | None) -> None:
    """Begin fault NAME (jam, power-off, network-off, uplink-off, unplug, ...) at DEVICE in the running demo."""
    _tell(folder, lambda control: control.begin(name, device))


@command.command()
@click.argument("name", required=False)
@click.argument("device", required=False)
@click.pass_obj
def mend(folder: Path, name: str | None, device: str | None) -> None:
    """Mend fault NAME at DEVICE in the running demo; without a name, all of them."""
    _tell(folder, lambda control: control.mend(name, device))


def _tell(folder: Path, deed: Callable[[Control], Mapping[str, object]]) -> None:
    try:
        with control_of(simulator_socket(folder)) as control:
            click.echo(json.dumps(deed(control)))
    except ControlRefused as refused:
        raise click.ClickException(str(refused)) from refused
    except httpx.HTTPError as error:
        raise click.ClickException(f"no demo is running in {folder} ({error})") from error
