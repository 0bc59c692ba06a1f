"""`mppmon incident NUMBER`."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from mppmon.cli.control import read, state_option
from mppmon.cli.status import mall_clock, placed


@click.command(epilog="Example: mppmon incident 1042 --json | jq .timeline")
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@state_option
def command(number: int, state: Path, *, as_json: bool) -> None:
    """Show everything that happened to incident NUMBER, open or closed; without a daemon, from its database."""
    view = read(state, f"/api/v1/incidents/{number}", offline=lambda last: last.offline_incident(state, number))
    if as_json:
        click.echo(json.dumps(view, ensure_ascii=False, indent=2))
        return
    clock = mall_clock(view["timezone"])
    doubt = "suspected: " if view["suspected"] else ""
    what = f"{doubt}{view['device']}: {view['what']['en']}{placed(view)}"
    click.echo(f"#{view['number']} {what} · {_stands(view, clock)}")
    for one in view["services"]:
        click.echo(f"  {'stops' if one['interrupted'] else 'limits'} {one['service']} · {one['place']}")
    for one in view["timeline"]:
        click.echo(f"{clock(one['at'])}  {one['said']['en']}")


def _stands(view: Mapping[str, Any], clock: Callable[[str], str]) -> str:
    """Say how it stands, in a few words."""
    again = f", time {view['times']}" if view["times"] > 1 else ""
    if view["merged_into"]:
        return f"goes on in #{view['merged_into']}"
    if view["closed_at"]:
        why = " (not watched any more)" if view["closed_because"] else ""
        return f"closed {clock(view['closed_at'])}{why}{again}"
    if view["acknowledged_by"]:
        return f"{view['acknowledged_name']} has it since {clock(view['acknowledged_at'])}{again}"
    return f"{view['status']}, nobody has it{again}"
