"""`mppmon doctor`: everything that has to be in order, each line green or with its cure."""

import asyncio
import io
import json
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from mppmon.cli.control import state_option
from mppmon.clock import Clock
from mppmon.doctor.checks import CHECKS
from mppmon.doctor.examine import Group, examine
from mppmon.doctor.finding import State
from mppmon.doctor.show import PLAIN, Line, Marks, lines
from mppmon.doctor.visit import Visit, open_case

_BROKEN = 2
_COLOURS = {State.OK: "green", State.WARN: "yellow", State.BAD: "red", State.SKIPPED: "bright_black"}
_SHOWN_AFTER = 1.0  # seconds: what is over sooner needs no bar


@click.command
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    envvar="MPPMON_CONFIG",
    default=Path("/etc/mppmon"),
    show_default=True,
    help="The configuration directory.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as a JSON list.")
@click.option("--offline", is_flag=True, help="Ask nothing over the network: no device, no mail server, no bot.")
@click.option("--send", metavar="PERSON", help="Send PERSON (of people.yaml) a test message by each of their channels.")
@state_option
def command(config: Path, state: Path, send: str | None, *, as_json: bool, offline: bool) -> None:
    """Look at everything mppmon needs and say what is wrong, with a cure for each.

    Changes nothing, and sends nothing without --send. Works while the daemon is off, with a broken configuration or
    database, and without root (then some lines say who can tell). It takes at most fifteen seconds.

    Exit code 0: nothing is broken (there may be things to look after); 2: something is.

    \b
    Examples:
      mppmon doctor
      mppmon doctor --config /etc/mppmon --offline
      mppmon doctor --send rina
      mppmon doctor --json | jq '.[] | select(.state == "bad")'
    """  # noqa: D301  # \b is click's mark for lines that must not be rewrapped
    if offline and send is not None:
        raise click.UsageError("--send needs the network: leave --offline out")
    groups = asyncio.run(_examine(Visit(config, state, send), offline=offline))
    if as_json:
        found = [{"group": group.name, **asdict(one)} for group in groups for one in group.findings]
        click.echo(json.dumps(found, ensure_ascii=True, indent=2))
    else:
        _print(groups)
    broken = any(one.state is State.BAD for group in groups for one in group.findings)
    _leave(_BROKEN if broken else 0)


async def _examine(visit: Visit, *, offline: bool) -> list[Group]:
    """Examine, with a bar on a terminal when it takes longer than a second."""
    console = Console(stderr=True)
    columns = (TextColumn("examining"), BarColumn(), TextColumn("{task.completed:.0f} of {task.total:.0f}"))
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("examining", total=len(CHECKS))
    begin = asyncio.get_running_loop().call_later(_SHOWN_AFTER, bar.start)
    try:
        case = await open_case(visit, Clock())
        return await examine(case, CHECKS, offline=offline, watch=lambda done, _: bar.update(task, completed=done))
    finally:
        begin.cancel()
        bar.stop()


def _print(groups: Sequence[Group]) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a name in letters that this terminal lacks
    for line in lines(groups, _marks(sys.stdout.encoding)):
        click.echo(_styled(line))


def _marks(encoding: str | None) -> Marks:
    with suppress(UnicodeEncodeError, LookupError):
        "".join(asdict(Marks()).values()).encode(encoding or "ascii")
        return Marks()
    return PLAIN


def _styled(line: Line) -> str:
    if line.state is None:
        return click.style(line.text, bold=True)
    colour = _COLOURS[line.state]
    if line.state is State.OK and line.first:  # only the mark: green walls of text hide what matters
        head, mark, rest = line.text[:2], line.text[2], line.text[3:]
        return head + click.style(mark, fg=colour) + rest
    return line.text if line.state is State.OK else click.style(line.text, fg=colour)


def _leave(status: int) -> NoReturn:
    """End with this status, also while a thread still waits for a resolver or a peer that hangs."""
    if all(one.daemon or one is threading.main_thread() for one in threading.enumerate()):
        sys.exit(status)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
