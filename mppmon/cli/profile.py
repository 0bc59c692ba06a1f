"""`mppmon profile check FILE` and `mppmon profile try FILE --walk RECORDING | --device ID`."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from mppmon.cli.control import ask, state_option
from mppmon.cli.waiting import waiting

if TYPE_CHECKING:
    from collectors.snmp.library import Profiles
    from collectors.snmp.profile import Profile

SILENT, INVALID = 1, 2
"""Exit status when the device did not answer, and when the profile is no use."""
_SAID = ("ok", "unexpected")
"""Outcomes of what answered."""
_LARGEST = 200_000_000  # octets; a core switch's whole walk is 20 MB

_FILE = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")


@click.group()
def command() -> None:
    """Check an SNMP profile of your own before the daemon uses it, and try what it reads of a device."""


@command.command(epilog="Example: mppmon profile check profiles/our-printer.yaml")
@_FILE
@_JSON
def check(file: Path, *, as_json: bool) -> None:
    """Check the profile in FILE with all that it extends.

    Says OK, or for each error file, line, key, what was found and what was expected, with exit status 2.
    """
    _, profile = _loaded(file, as_json=as_json)
    if as_json:
        click.echo(json.dumps({"ok": True, "profile": profile.name, "faults": []}))
    else:
        metrics = len(_declared(profile))
        click.echo(f"OK: profile {profile.name} reads a {profile.kind} by {metrics} metrics")


@command.command(name="try", epilog="Example: mppmon profile try our-printer.yaml --walk printer.snmpwalk")
@_FILE
@click.option(
    "--walk",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A recording: a .snmprec file, or what `snmpwalk -On` prints.",
)
@click.option("--device", metavar="ID", help="A device of the inventory; the daemon asks it.")
@_JSON
@state_option
def try_(file: Path, walk: Path | None, device: str | None, state: Path, *, as_json: bool) -> None:
    """Read a recorded or a real device by the profile in FILE: who it is, samples, what they mean, what was not found.

    A real device is read by the profile that its daemon has taken over; when that is another one, it is said.

    Exit status 1: it did not answer. 2: the profile is no use. 3: the daemon is off.
    """
    if (walk is None) == (device is None):
        raise click.UsageError("one of --walk and --device")
    profiles, profile = _loaded(file, as_json=as_json)
    if walk is not None:
        answer = _recorded(walk, profiles, profile)
    else:
        with waiting(f"the daemon polls {device}"):
            path = f"/api/v1/devices/{quote(device or '', safe='')}/poll"
            answer = dict(ask(state, "POST", path, timeout=60).json())
        answer["chosen"] = (answer.get("identity") or {}).get("profile")
        if answer["outcome"] in _SAID and answer["chosen"] is None:
            raise click.ClickException(f"{device} is not asked by SNMP: no profile reads it")
    said = answer["outcome"] in _SAID
    seen = {sample["name"] for sample in answer.get("samples", ())}
    answer["not_found"] = [
        {"metric": metric, "objects": objects}
        for metric, objects in sorted(_declared(profile).items())
        if said and metric not in seen  # who is silent has not said what it lacks
    ]
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _show(answer, profile.name)
    if not said:
        raise SystemExit(SILENT)


def _loaded(file: Path, *, as_json: bool) -> "tuple[Profiles, Profile]":
    from collectors.snmp.library import load_file  # noqa: PLC0415  # heavy: keeps `mppmon --help` quick
    from collectors.snmp.located import ProfileError  # noqa: PLC0415  # likewise
    from mppmon.cli import problems as shown  # noqa: PLC0415  # likewise
    from mppmon.config.profile_families import unexported, unexported_problem  # noqa: PLC0415  # likewise
    from mppmon.config.profiles import bytes_of, problems_of  # noqa: PLC0415  # likewise

    beside = file.absolute().parent

    def place(name: str) -> Path:  # `profiles/x.yaml` lies beside it
        return (beside.parent if "/" in name else beside) / name

    try:
        profiles, profile = load_file(file)
        raw = bytes_of(file) or b""
        found = [unexported_problem(file.name, raw, one) for one in unexported(profiles, profile.name)]
        if not found:
            return profiles, profile
    except ProfileError as error:
        found = problems_of(error, lambda name: bytes_of(place(name)))
    ordered = sorted(set(found))
    if as_json:
        faults = [shown.as_json(place(one.file).parent, replace(one, file=Path(one.file).name)) for one in ordered]
        click.echo(json.dumps({"ok": False, "profile": None, "faults": faults}, ensure_ascii=False))
    else:
        for one in ordered:
            shown.show(beside.parent if "/" in one.file else beside, one, "error", "red")
    raise SystemExit(INVALID)


def _declared(profile: "Profile") -> Mapping[str, list[str]]:
    """Return the metrics that a profile declares, each with the MIB objects it is read from."""
    from collectors.snmp.decode import tables_of  # noqa: PLC0415  # heavy: keeps `mppmon --help` quick

    found: dict[str, list[str]] = {}
    for _, table in tables_of(profile):
        for metric, ways in table.series.items():
            names = {table.columns[name].mib for way in ways for name in way.columns()}
            found[metric] = sorted({*found.get(metric, ()), *names})
    return found


def _recorded(walk: Path, profiles: "Profiles", profile: "Profile") -> dict[str, Any]:
    from collectors.snmp.probe import describe  # noqa: PLC0415  # heavy: keeps `mppmon --help` quick
    from collectors.snmp.recording import RecordingError, read  # noqa: PLC0415  # likewise
    from collectors.snmp.replay import read_recording  # noqa: PLC0415  # likewise
    from mppmon.clock import Clock  # noqa: PLC0415  # likewise

    if walk.stat().st_size > _LARGEST:
        raise click.ClickException(f"{walk}: found a file above 200 MB, expected the walk of one device")
    try:
        objects = read(walk.read_text(encoding="utf-8", errors="surrogateescape"))
    except RecordingError as error:
        raise click.ClickException(f"{walk}: {error}") from error
    with waiting(f"reading {walk.name}"):
        tried = asyncio.run(read_recording(objects, profiles, profile.name, Clock().now()))
    return {**describe(tried.observation), "chosen": tried.chosen}


def _show(answer: Mapping[str, Any], name: str) -> None:
    from mppmon.cli.poll import show  # noqa: PLC0415  # keeps `mppmon --help` quick

    show(answer)
    if answer.get("meaning"):
        click.echo("meaning: " + json.dumps(answer["meaning"], ensure_ascii=False))
    for one in answer["not_found"]:
        click.secho(f"not found: {one['metric']} (from {', '.join(one['objects'])})", fg="yellow")
    if answer["chosen"] not in {name, None}:
        click.secho(
            f"by itself this device is read by profile {answer['chosen']}: give {name} a sign (sysobjectid, signs), or "
            f"the device `snmp: {{profile: {name}}}`; a daemon knows what is in <config>/profiles after a reload",
            fg="yellow",
        )
