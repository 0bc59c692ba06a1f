"""`mppmon silence`: add, list, end."""

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import uuid4

import click

from alerts.span import quiet_span
from mppmon.cli.control import ask, read, state_option
from mppmon.cli.status import mall_clock, matched

_SHORT = 18  # characters of an id that are shown: its millisecond, and what tells two of one apart


class Duration(click.ParamType[float]):
    """`30m`, `1h30m`, `2h`, `1d`, `2 jam` -> seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds; fails with what was expected."""
        try:
            return quiet_span(str(value)).total_seconds()
        except ValueError as error:
            self.fail(f"found {value!r}, expected {error}", param, ctx)


def begun(state: Path, wish: Mapping[str, object]) -> str:
    """Ask the daemon for a silence or a maintenance window; return its id. Ends the command where it is refused."""
    answer = ask(state, "POST", f"/api/v1/silences?{urlencode(wish, doseq=True)}", key=str(uuid4()))
    return str(answer.json()["text"])


@click.group(name="silence")
def command() -> None:
    """Call nobody about some devices for a while; they are watched as ever.

    What is still wrong when a silence ends calls somebody then.

    \b
    Examples:
      mppmon silence add a3-pc --for 2h --reason "ganti monitor"
      mppmon silence add --agency disdukcapil --rule DeviceDown --for 1d --reason "listrik padam"
      mppmon silence add mppmon --channel surat --for 1d --reason "server surel sedang dipindahkan"
      mppmon silence list
      mppmon silence end 0195f1c2-...
    """  # noqa: D301  # \b is click's mark for lines that must not be rewrapped


@command.command()
@click.argument("devices", nargs=-1)
@click.option("--rule", "rules", multiple=True, help="Only alerts of this rule (may be given several times).")
@click.option("--kind", "kinds", multiple=True, help="Only devices of this kind.")
@click.option("--agency", "agencies", multiple=True, help="Only devices of this agency.")
@click.option("--for", "seconds", type=Duration(), required=True, help="How long: 30m, 2h, 1d; at most 30d.")
@click.option("--place", "places", multiple=True, help="Only devices at this place.")
@click.option("--channel", "channels", multiple=True, help="Only mppmon's own trouble with this channel.")
@click.option("--person", "persons", multiple=True, help="Only mppmon's own trouble with reaching this person.")
@click.option("--way", "ways", multiple=True, help="Only mppmon's own trouble with asking this way (snmp, agent, ...).")
@click.option("--start", help="From then on, by the mall's clock: '2026-11-29 20:00'. Left out: from now on.")
@click.option("--reason", required=True, help="Why, for colleagues and the audit.")
@state_option
def add(  # one argument per option
    devices: tuple[str, ...],
    rules: tuple[str, ...],
    kinds: tuple[str, ...],
    agencies: tuple[str, ...],
    places: tuple[str, ...],
    channels: tuple[str, ...],
    persons: tuple[str, ...],
    ways: tuple[str, ...],
    seconds: float,
    start: str | None,
    reason: str,
    state: Path,
) -> None:
    """Begin a silence of DEVICES (or of what the options say); prints how its id begins (enough to end it).

    The device `mppmon` is the monitor itself: what it pages about its own work.

    \b
    Example:
      mppmon silence add a3-pc a3-card-printer --for 2h --reason "ganti monitor"
    """  # noqa: D301  # as above
    match = {"device": devices, "rule": rules, "kind": kinds, "agency": agencies, "place": places}
    match |= {"channel": channels, "person": persons, "way": ways}
    wish = {**match, "seconds": seconds, "reason": reason, **({"start": start} if start is not None else {})}
    made = begun(state, wish)
    listing = ask(state, "GET", "/api/v1/silences").json()
    clock = mall_clock(listing["timezone"])
    until = next((clock(one["end"]) for one in listing["silences"] if one["id"] == made), "")
    click.echo(f"{made[:_SHORT]}  until {until}" if until else made)


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@state_option
def list_(state: Path, *, as_json: bool) -> None:
    """Show the silences in force, and those that begin later; without a daemon, those of its database.

    \b
    Example:
      mppmon silence list --json
    """  # noqa: D301  # as above
    listing = read(state, "/api/v1/silences", offline=lambda last: last.offline_silences(state))
    found, clock = listing["silences"], mall_clock(listing["timezone"])
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    for one in () if as_json else found:
        span = f"{clock(one['start'])} until {clock(one['end'])}"
        click.echo(f"{one['id'][:_SHORT]}  {span}  {matched(one)}  ({one['author_name']}: {one['reason']})")
    if not found and not as_json:
        click.echo("no silence is in force or to come")


@command.command()
@click.argument("silence")
@state_option
def end(silence: str, state: Path) -> None:
    """End a silence now (by its id, or how that begins); what is still wrong calls somebody at once.

    \b
    Example:
      mppmon silence end 0195f1c2-7a1b-7c3d
    """  # noqa: D301  # as above
    ask(state, "POST", f"/api/v1/silences/{quote(silence, safe='')}/end?planned=false", key=str(uuid4()))
    click.echo("ended")
