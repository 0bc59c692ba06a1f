"""`mppmon check-config`: everything that is wrong with a configuration, in one run."""

import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mppmon.config import Loaded, Problem

_BAD = 2


def example() -> Path:
    """Return the directory of the example mall inside the package."""
    return Path(str(files("mppmon.demo").joinpath("mall")))


@click.command("check-config")
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for editors and scripts.")
def command(directory: Path | None, *, as_json: bool) -> None:
    """Check the configuration in DIRECTORY (without one: the example mall).

    Prints every problem of every file with its line: what was found, what was expected, and what was probably meant.
    The files with secrets that it names are read too, and never shown.
    Exit code 0: usable (perhaps with warnings); 2: not usable, or a secret file that cannot be right.

    \b
    Examples:
      mppmon check-config /etc/mppmon
      mppmon check-config /etc/mppmon --json | jq .problems
    """  # noqa: D301  # \b is click's mark for lines that must not be rewrapped
    from mppmon.cli import problems as shown  # noqa: PLC0415  # keeps `mppmon --help` quick
    from mppmon.clock import Clock  # noqa: PLC0415  # pydantic and holidays are loaded only when this command runs
    from mppmon.config import ConfigErrors, load  # noqa: PLC0415  # likewise
    from mppmon.config.secret_files import check_secret_files  # noqa: PLC0415  # likewise

    place = directory if directory is not None else example()
    loaded: Loaded | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    try:
        loaded = load(place, today=Clock().now().date())
        problems, unwise = check_secret_files(loaded)
        warnings = (*loaded.warnings, *unwise)
    except ConfigErrors as errors:
        problems = errors.problems
    if as_json:
        click.echo(json.dumps(_report(place, loaded, problems, warnings), indent=2, ensure_ascii=False))
    else:
        if shown.no_colour():
            click.get_current_context().color = False
        for problem in problems:
            shown.show(place, problem, "error", "red")
        for warning in warnings:
            shown.show(place, warning, "warning", "yellow")
        click.echo(_summary(loaded, problems, warnings))
    sys.exit(_BAD if problems else 0)


def _summary(loaded: "Loaded | None", problems: tuple["Problem", ...], warnings: tuple["Problem", ...]) -> str:
    said = _count(len(warnings), "warning")
    if loaded is None or problems:
        return click.style(_count(len(problems), "problem"), fg="red", bold=True)
    mall = loaded.mall
    parts = (
        _count(len(mall.agencies), "agency", "agencies"),
        _count(len(mall.counters), "counter"),
        _count(len(mall.devices), "device"),
        _count(len(loaded.targets), "check"),
        _count(len(loaded.rules), "rule"),
    )
    return f"{click.style('OK', fg='green', bold=True)}: {', '.join(parts)}; {said}; revision {loaded.revision}"


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _report(
    place: Path, loaded: "Loaded | None", problems: tuple["Problem", ...], warnings: tuple["Problem", ...]
) -> dict[str, object]:
    """Return what `--json` prints."""
    from mppmon.cli import problems as shown  # noqa: PLC0415  # keeps `mppmon --help` quick

    report: dict[str, object] = {
        "ok": loaded is not None and not problems,
        "problems": [shown.as_json(place, one) for one in problems],
        "warnings": [shown.as_json(place, one) for one in warnings],
    }
    if loaded is not None:
        report |= {
            "revision": loaded.revision,
            "agencies": len(loaded.mall.agencies),
            "counters": len(loaded.mall.counters),
            "devices": len(loaded.mall.devices),
            "checks": len(loaded.targets),
            "rules": len(loaded.rules),
        }
    return report
