"""`mppmon status`."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mppmon.cli.control import DaemonOff, ask, state_option
from mppmon.cli.offline import offline_status

_COLOURS = {"interrupted": "bold red", "degraded": "yellow", "unknown": "dim", "delivered": "green", "down": "bold red"}


@click.command(epilog="Example: mppmon status --json | jq .counts")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--all", "everything", is_flag=True, help="List all services and devices, not only what is wrong.")
@state_option
def command(state: Path, *, as_json: bool, everything: bool) -> None:
    """Show services, faults and incidents as they are now; without a daemon, as it last knew them."""
    try:
        view: Mapping[str, Any] = ask(state, "GET", "/api/v1/status").json()
    except DaemonOff as off:
        click.echo(f"{off.message}; this is the database's last word", err=True)
        view = offline_status(state)
    if as_json:
        click.echo(json.dumps(view, ensure_ascii=False, indent=2))
        return
    show(view, Console(highlight=False), everything=everything)


def show(view: Mapping[str, Any], console: Console, *, everything: bool) -> None:
    """Print a status view for a person."""
    counts = view["counts"]
    console.print(Text(f"{view['site']} · {_clock(view['at'])} · config {view['revision']}", style="bold"))
    if view["blind"]:
        console.print(Text("The mall's own line is cut: what is outside is unknown.", style="bold yellow"))
    services, devices = counts["services"], counts["devices"]
    console.print("Services: " + ", ".join(f"{number} {state}" for state, number in services.items() if number))
    console.print("Devices:  " + ", ".join(f"{number} {state}" for state, number in devices.items() if number))
    for roster, duty in view["duty"].items():
        console.print(Text(f"On duty ({roster}): {duty['name'] or 'nobody'}"))
    _incidents(view["incidents"], console)
    shown = [one for one in view["services"] if everything or one["delivery"] != "delivered"]
    _table(
        console,
        "Services",
        shown,
        {"counter_name": "counter", "name": "service", "delivery": "", "cause_name": "cause"},
    )
    shown = [one for one in view["devices"] if everything or (one["function"] != "up" and not one["off"])]
    _table(console, "Devices", shown, {"device": "device", "name": "name", "function": "", "reach": "reach"})


def _incidents(incidents: Sequence[Mapping[str, Any]], console: Console) -> None:
    for one in incidents:
        by = f", {one['acknowledged_by']} has it" if one["acknowledged_by"] else ""
        line = (
            f"#{one['number']} {one['device']}: {one['what']['en']} ({one['where']}) since {_clock(one['since'])}{by}"
        )
        console.print(Text(line, style="yellow" if by else "bold red"))


def _table(console: Console, title: str, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for header in columns.values():
        table.add_column(header)
    table.add_column("since")
    for row in rows:
        state = str(row.get("delivery") or row.get("function"))
        cells = [Text(str(row[key] or ""), style=_COLOURS.get(str(row[key]), "")) for key in columns]
        table.add_row(*cells, Text(_clock(row["since"]), style=_COLOURS.get(state, "")))
    console.print(table)


def _clock(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M:%S}"
