"""`mppmon maintenance`: add, list, end."""

import json
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import click

from mppmon.cli.control import ask, read, state_option
from mppmon.cli.silence import Duration, begun
from mppmon.cli.status import mall_clock, matched


@click.group(name="maintenance")
def command() -> None:
    """Maintenance that is planned: what it covers calls nobody meanwhile, and is watched as ever.

    What comes again and again stands in maintenance.yaml.

    \b
    Examples:
      mppmon maintenance add sw-lt2 --start "2026-11-29 20:00" --for 2h --name "Ganti switch" --reason "switch rusak"
      mppmon maintenance list
      mppmon maintenance end 0195f1c2-...
    """  # noqa: D301  # \b is click's mark for lines that must not be rewrapped


@command.command()
@click.argument("devices", nargs=-1)
@click.option("--rule", "rules", multiple=True, help="Only alerts of this rule (may be given several times).")
@click.option("--kind", "kinds", multiple=True, help="Only devices of this kind.")
@click.option("--agency", "agencies", multiple=True, help="Only devices of this agency.")
@click.option("--place", "places", multiple=True, help="Only devices at this place.")
@click.option("--start", help="By the mall's clock: '2026-11-29 20:00'. Left out: now.")
@click.option("--for", "seconds", type=Duration(), required=True, help="How long: 30m, 2h, 1d; at most 30d.")
@click.option("--name", required=True, help="What is done, as the status page says it.")
@click.option("--reason", required=True, help="Why, for colleagues and the audit.")
@state_option
def add(  # one argument per option
    devices: tuple[str, ...],
    rules: tuple[str, ...],
    kinds: tuple[str, ...],
    agencies: tuple[str, ...],
    places: tuple[str, ...],
    start: str | None,
    seconds: float,
    name: str,
    reason: str,
    state: Path,
) -> None:
    """Announce maintenance of DEVICES (or of what the options say); prints its id.

    \b
    Example:
      mppmon maintenance add sw-lt2 --start "2026-11-29 20:00" --for 2h --name "Ganti switch" --reason "switch rusak"
    """  # noqa: D301  # as above
    match = {"device": devices, "rule": rules, "kind": kinds, "agency": agencies, "place": places}
    wish = {**match, "seconds": seconds, "reason": reason, "name": name, "planned": "true"}
    if start is not None:
        wish["start"] = start
    click.echo(begun(state, wish))


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@state_option
def list_(state: Path, *, as_json: bool) -> None:
    """Show what is under way, and what comes next; without a daemon, what its database has of it.

    \b
    Example:
      mppmon maintenance list --json
    """  # noqa: D301  # as above
    view = read(state, "/api/v1/maintenance", offline=lambda last: last.offline_maintenance(state))
    if as_json:
        click.echo(json.dumps(view["windows"], indent=2, ensure_ascii=False))
        return
    clock = mall_clock(view["timezone"])
    for one in view["windows"]:
        when = f"{clock(one['start'])} until {clock(one['end'])}"
        now = " (under way)" if one["under_way"] else ""
        click.echo(f"{one['id']}  {when}{now}  {one['name']}: {matched(one)}  ({one['author_name']}: {one['reason']})")
    if not view["windows"]:
        click.echo("no maintenance is planned")


@command.command()
@click.argument("window")
@state_option
def end(window: str, state: Path) -> None:
    """End a maintenance window now, or take it back before it begins; what is wrong calls somebody at once.

    \b
    Example:
      mppmon maintenance end 0195f1c2-7a1b-7c3d-8e4f-5a6b7c8d9e0f
    """  # noqa: D301  # as above
    ask(state, "POST", f"/api/v1/silences/{quote(window, safe='')}/end?planned=true", key=str(uuid4()))
    click.echo("ended")
