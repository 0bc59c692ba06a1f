"""`mppmon status`."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mppmon.cli.control import ask, read, state_option

_FEW = 3  # names that a line lists
_COLOURS = {"interrupted": "bold red", "degraded": "yellow", "unknown": "dim", "delivered": "green", "down": "bold red"}


@click.command(epilog="Example: mppmon status --json | jq .counts")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--all", "everything", is_flag=True, help="List all services and devices, not only what is wrong.")
@state_option
def command(state: Path, *, as_json: bool, everything: bool) -> None:
    """Show services, faults and incidents as they are now; without a daemon, as it last knew them."""
    view = read(state, "/api/v1/status", offline=lambda last: last.offline_status(state))
    if "canary" not in view:  # the database has it with the rest
        view = {**view, "canary": _canary_of(state)}
    if as_json:
        click.echo(json.dumps(view, ensure_ascii=False, indent=2))
        return
    # A line for a pipe is a line: what greps it must not meet our idea of a terminal's width.
    show(view, Console(highlight=False, soft_wrap=True), everything=everything)


def _canary_of(state: Path) -> Mapping[str, Any] | None:
    """Return the daily test messages; None where none are wanted, or this reader may not know, or it cannot be told."""
    try:
        found: Mapping[str, Any] | None = ask(state, "GET", "/api/v1/canary").json()
    except click.ClickException:
        return None
    return found


def show(view: Mapping[str, Any], console: Console, *, everything: bool) -> None:
    """Print a status view for a person."""
    counts = view["counts"]
    clock = mall_clock(view["timezone"])
    heading = f"{view['site']} · last change {clock(view['at'])} · config {view['revision']}"
    console.print(Text(heading, style="bold"))
    if view["blind"]:
        cut = "The mall's own line is cut" if view["line_cut"] else "The mall's own line cannot be judged"
        console.print(Text(f"{cut}: what is outside is unknown.", style="bold yellow"))
    if view.get("icmp") == "none":  # without a daemon nobody pings
        said = "The daemon may not ping: devices are asked by TCP or SNMP, others stay unknown (mppmon doctor)."
        console.print(Text(said, style="yellow"))
    if view["clock_unsure"]:
        console.print(
            Text("The server's clock is not certain: times may be wrong (mppmon doctor).", style="bold yellow")
        )
    if view["rejected"]:
        said = (
            f"The changed configuration has {view['rejected']} problems, the old one stays in use: mppmon check-config"
        )
        console.print(Text(said, style="bold yellow"))
    services, devices = counts["services"], counts["devices"]
    console.print("Services: " + ", ".join(f"{number} {state}" for state, number in services.items() if number))
    console.print("Devices:  " + ", ".join(f"{number} {state}" for state, number in devices.items() if number))
    for roster, duty in view["duty"].items():
        console.print(Text(f"On duty ({roster}): {duty['name'] or 'nobody'}"))
    show_canary(view.get("canary"), console, clock)
    _quiet(view["quiet"], console, clock)
    _incidents(view["incidents"], console, clock)
    _listed(view["alerts"], console, clock)
    short = _short_clock(view["timezone"], view["at"])
    _services(view["services"], console, short, everything=everything)
    known = [one for one in view["devices"] if everything or (one["function"] == "down" and not one["off"])]
    columns = {"device": "device", "name": "name", "function": "function", "reach": "reach"}
    _table(console, "Devices", known, columns, short)
    unknown = [] if everything else [one["name"] for one in view["devices"] if one["function"] == "unknown"]
    if unknown:
        console.print(Text(f"{_number(len(unknown), 'device')} not known: {_few(unknown)}", style="dim"))


def _services(
    services: Sequence[Mapping[str, Any]], console: Console, clock: Callable[[str], str], *, everything: bool
) -> None:
    """Print what is not delivered: a row for a service and its cause, with the counters where it is so."""
    columns = {"name": "service", "delivery": "delivery", "where": "counters", "cause_name": "cause"}
    if everything:
        rows = [{**one, "where": one["counter_name"]} for one in services]
        _table(console, "Services", [_as_open(one) for one in rows], columns, clock)
        return
    wrong = [one for one in services if one["delivery"] != "delivered" and one.get("open", True)]
    closed = sum(one["delivery"] != "delivered" and not one.get("open", True) for one in services)
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for one in wrong:
        groups.setdefault((one["service"], one["delivery"], one["cause"] or ""), []).append(one)
    rows = [
        {**many[0], "where": _few([one["counter_name"] for one in many]), "since": min(one["since"] for one in many)}
        for many in groups.values()
    ]
    _table(console, "Services", rows, columns, clock)
    if closed:
        said = (
            f"{_number(closed, 'service')} at a counter not working and closed now, so no citizens wait (--all lists)"
        )
        console.print(Text(said, style="dim"))


def _as_open(one: Mapping[str, Any]) -> Mapping[str, Any]:
    return one if one.get("open", True) else {**one, "delivery": f"closed ({one['delivery']})"}


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _few(names: Sequence[str]) -> str:
    rest = f" and {len(names) - _FEW} more (--all lists them)" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + rest


def _short_clock(timezone: str, at: str) -> Callable[[str], str]:
    """Return how to write times in a table: without their date where that is the date of `at`."""
    zone = ZoneInfo(timezone)
    today = datetime.fromisoformat(at).astimezone(zone).date()

    def short(text: str) -> str:
        local = datetime.fromisoformat(text).astimezone(zone)
        return f"{local:%H:%M:%S %Z}" if local.date() == today else f"{local:%Y-%m-%d %H:%M %Z}"

    return short


def mall_clock(timezone: str) -> Callable[[str], str]:
    """Return how to write the API's times for a person: mall time, with its zone."""
    zone = ZoneInfo(timezone)
    return lambda at: f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"


def show_canary(canary: Mapping[str, Any] | None, console: Console, clock: Callable[[str], str]) -> None:
    """Print by which channels people would be reached, as the newest test messages say."""
    if canary is None:
        return
    messages: Sequence[Mapping[str, Any]] = canary["messages"]
    if not messages:
        console.print(Text("Daily test messages: none sent yet", style="dim"))
        return
    channels = dict.fromkeys(one["channel"] for one in messages)
    told = "; ".join(_taken(one, [each for each in messages if each["channel"] == one]) for one in channels)
    console.print(Text(f"Daily test messages of {clock(canary['at'])}: {told}"))
    lost = [f"{one['name']} by {one['channel']} ({one['reason']})" for one in messages if one["taken"] is False]
    if lost:
        console.print(Text(f"  not taken: {', '.join(lost)}; see: mppmon doctor", style="bold red"))


def _taken(channel: str, messages: Sequence[Mapping[str, Any]]) -> str:
    taken = sum(one["taken"] is True for one in messages)
    waiting = sum(one["taken"] is None for one in messages)
    said = f"{channel} took {taken} of {len(messages)}"
    return f"{said}, {waiting} waiting" if waiting else said


def _quiet(quiet: Sequence[Mapping[str, Any]], console: Console, clock: Callable[[str], str]) -> None:
    """Print about what nobody is called: silences and maintenance, in force or soon."""
    for one in quiet:
        kind = "maintenance" if one["planned"] else "silenced"
        when = f"until {clock(one['end'])}" if one["under_way"] else f"{clock(one['start'])} to {clock(one['end'])}"
        what = f"{one['name']}: {matched(one)}" if one["name"] else matched(one)
        line = f"{kind} {when}: {what} ({one['author_name']}: {one['reason']})"
        console.print(Text(line, style="" if one["under_way"] else "dim"))


def matched(one: Mapping[str, Any]) -> str:
    """Return what a silence covers, in words."""
    return "; ".join(f"{label} {', '.join(values)}" for label, values in one["match"].items())


def _incidents(incidents: Sequence[Mapping[str, Any]], console: Console, clock: Callable[[str], str]) -> None:
    for one in incidents:
        held = f", {one['acknowledged_name']} has it since " if one["acknowledged_by"] else ""
        by = held and held + clock(one["acknowledged_at"])
        again = f", time {one['times']}" if one["times"] > 1 else ""
        doubt = "suspected: " if one["suspected"] else ""
        what = f"{doubt}{one['device']}: {one['what']['en']}{placed(one)}"
        line = f"#{one['number']} {what} since {clock(one['since'])}{again}{by}"
        console.print(Text(line, style="yellow" if by else "bold red"))
        if one["children"]:
            # Text: a name such as `[/b]` is no markup of ours
            console.print(Text(f"  {_number(len(one['children']), 'device')} behind it: {_few(one['children'])}"))


def placed(one: Mapping[str, Any]) -> str:
    """Return where an incident is, in brackets, if that is known."""
    return f" ({one['where']})" if one["where"] else ""


def _listed(alerts: Sequence[Mapping[str, Any]], console: Console, clock: Callable[[str], str]) -> None:
    """Print what nobody was called for and somebody should look after."""
    for one in alerts:
        if one["status"] == "firing" and not one["incident"]:
            line = (
                f"to be looked after: {one['name']} ({one['device']}): {one['what']['en']} since {clock(one['since'])}"
            )
            console.print(Text(line, style="yellow"))


def _table(
    console: Console,
    title: str,
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, str],
    clock: Callable[[str], str],
) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for header in columns.values():
        table.add_column(header)
    table.add_column("since")
    for row in rows:
        state = str(row.get("delivery") or row.get("function"))
        cells = [Text(str(row[key] or ""), style=_COLOURS.get(str(row[key]), "")) for key in columns]
        table.add_row(*cells, Text(clock(row["since"]), style=_COLOURS.get(state, "")))
    console.print(table)
