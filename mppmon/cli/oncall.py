"""`mppmon oncall`."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from mppmon.cli.control import DaemonOff, ask, state_option

_ENDS = ("from", "to")


@click.command(epilog="Example: mppmon oncall")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@state_option
def command(state: Path, *, as_json: bool) -> None:
    """Show who is on duty now, and the shifts that follow."""
    try:
        view = ask(state, "GET", "/api/v1/oncall").json()
    except DaemonOff as off:
        from mppmon.cli.offline import offline_on_call  # noqa: PLC0415  # heavy, and only without a daemon

        click.echo(f"{off.message}; this is what the newest configuration says", err=True)
        view = offline_on_call(state)
    if as_json:
        click.echo(json.dumps(view, ensure_ascii=False, indent=2))
        return
    zone = ZoneInfo(view["timezone"])
    for roster, entry in view["rosters"].items():
        click.echo(f"{entry['name']} ({roster})")
        for shift in entry["shifts"]:
            start, end = (f"{datetime.fromisoformat(shift[key]).astimezone(zone):%a %d %b %H:%M %Z}" for key in _ENDS)
            click.echo(f"  {start} to {end}  {shift['name']}")
