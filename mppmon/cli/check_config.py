"""`mppmon check-config`: everything that is wrong with a configuration, in one run."""

import json
import sys
from dataclasses import asdict
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

    Prints every problem of every file with its line. Exit code 0: usable (perhaps with warnings); 2: not usable.

    \b
    Examples:
      mppmon check-config /etc/mppmon
      mppmon check-config /etc/mppmon --json | jq .problems
    """  # noqa: D301  # \b is click's mark for lines that must not be rewrapped
    from mppmon.clock import Clock  # noqa: PLC0415  # pydantic and holidays are loaded only when this command runs
    from mppmon.config import ConfigErrors, load  # noqa: PLC0415  # likewise
    from mppmon.config.secret_files import check_secret_files  # noqa: PLC0415  # likewise

    place = directory if directory is not None else example()
    loaded: Loaded | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    try:
        loaded = load(place, today=Clock().now().date())
        warnings = (*loaded.warnings, *check_secret_files(loaded))
    except ConfigErrors as errors:
        problems = errors.problems
    if as_json:
        click.echo(json.dumps(_report(loaded, problems, warnings), indent=2, ensure_ascii=False))
    else:
        for problem in problems:
            _show(place, problem, "error", "red")
        for warning in warnings:
            _show(place, warning, "warning", "yellow")
        click.echo(_summary(loaded, problems, warnings))
    sys.exit(_BAD if problems else 0)


def _show(place: Path, problem: "Problem", word: str, colour: str) -> None:
    click.echo(f"{click.style(word, fg=colour, bold=True)}: {problem}")
    line = source_line(place, problem)
    if line is None:
        return
    number = f"{problem.line:>5} | "
    click.echo(click.style(number, dim=True) + line)
    click.echo(" " * (len(number) + problem.column - 1) + click.style("^", fg=colour, bold=True))


def source_line(place: Path, problem: "Problem") -> str | None:
    """Return the line of a problem, None where there is none to show. Secrets and control characters are left out."""
    from mppmon.config.problem import is_secret  # noqa: PLC0415  # keeps `mppmon --help` quick

    if not problem.line:
        return None
    try:
        lines = (place / problem.file).read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    if problem.line > len(lines):
        return None
    line = "".join(char if char.isprintable() else " " for char in lines[problem.line - 1])[:200]
    words = line.replace("{", " ").replace(",", " ").split()
    if is_secret(problem.key) or any(word.endswith(":") and is_secret(word[:-1]) for word in words):
        return None
    return line if problem.column <= len(line) + 1 else None


def _summary(loaded: "Loaded | None", problems: tuple["Problem", ...], warnings: tuple["Problem", ...]) -> str:
    said = _count(len(warnings), "warning")
    if loaded is None:
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
    loaded: "Loaded | None", problems: tuple["Problem", ...], warnings: tuple["Problem", ...]
) -> dict[str, object]:
    """Return what `--json` prints."""
    report: dict[str, object] = {
        "ok": loaded is not None,
        "problems": [asdict(one) for one in problems],
        "warnings": [asdict(one) for one in warnings],
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
