"""What a reload changes, asked of the daemon or found without it, and how it is printed."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from mppmon import control
from mppmon.cli import problems
from mppmon.cli.control import DaemonOff
from mppmon.cli.offline import database, last_config
from mppmon.clock import Clock
from mppmon.config import ConfigErrors, Problem, load
from mppmon.config.plan import Change, Line, compare
from mppmon.state import control_socket

DIFFERENT, INVALID, WAITING = 1, 2, 4
_SECONDS = 60.0
_COLOURS = {Change.ADDED: "green", Change.CHANGED: "yellow", Change.REMOVED: "red", Change.RENAMED: "cyan"}

Found = Mapping[str, Any]
"""As `mppmon.daemon.reload.Outcome.as_json`, and `directory`: where the files are."""


def ask_plan(state: Path, method: str, path: str) -> Found:
    """Ask the daemon; DaemonOff when nobody answers."""
    try:
        answer = control.request(control_socket(state), method, path, timeout=_SECONDS)
    except control.Off as off:
        raise DaemonOff(f"the daemon is off: {off}; it reads the configuration when it starts") from off
    except (control.Denied, control.Broken) as error:
        raise click.ClickException(str(error)) from error
    found = answer.json()
    if "problems" not in found:
        raise click.ClickException(str(found.get("detail") or f"HTTP {answer.status_code}"))
    return dict(found)


def compare_directory(directory: Path, state: Path) -> Found:
    """Compare a directory with the revision used last, read from the database."""
    found: dict[str, Any] = {
        "done": False,
        "plan": None,
        "problems": [],
        "warnings": [],
        "closes": [],
        "note": "",
        "directory": str(directory),
    }
    with database(state) as store:
        used = last_config(store)
    try:
        plan = compare(used, load(directory, today=Clock().now().date()))
    except ConfigErrors as errors:
        return {**found, "problems": [asdict(one) for one in errors.problems]}
    return {**found, "plan": plan.as_json()}


def show(found: Found, *, as_json: bool, applied: bool) -> int:
    """Print an answer; return the exit status."""
    lines = [Line(**{**one, "change": Change(one["change"])}) for one in (found["plan"] or {}).get("lines", [])]
    if as_json:
        click.echo(json.dumps(dict(found), indent=2, ensure_ascii=False))
    elif found["problems"]:
        for one in found["problems"]:
            problems.show(Path(found["directory"]), Problem(**one), "error", "red")
        count = _many(len(found["problems"]), "problem")
        refused = "nothing was changed, the old configuration stays in use"
        click.echo(f"{count}: {refused if applied else 'a reload would be refused; nothing was touched'}")
    else:
        _plan(found, lines, applied=applied)
    if found["problems"]:
        return INVALID
    if applied:
        return 0 if found["done"] else WAITING
    return DIFFERENT if lines else 0


def _plan(found: Found, lines: list[Line], *, applied: bool) -> None:
    for line in lines:
        click.secho(str(line), fg=_COLOURS[line.change])
    if found["closes"]:
        numbers = ", ".join(f"#{number}" for number in found["closes"])
        verb = "closed" if applied else "would be closed"
        click.echo(f"{verb}, because nothing watches their cause any more: {numbers}")
    if found["note"]:
        click.echo(found["note"], err=True)
    plan = found["plan"]
    if not lines:
        click.echo(f"no difference; revision {plan['after']}")
    elif applied and found["done"]:
        click.echo(f"taken over: {_many(len(lines), 'change')}, revision {plan['before']} -> {plan['after']}")
    elif not applied:
        click.echo(f"{_many(len(lines), 'change')}; `mppmon reload` takes them over")


def _many(count: int, one: str) -> str:
    return f"{count} {one}{'' if count == 1 else 's'}"
