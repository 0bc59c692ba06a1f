"""`mppmon test-rules`: do the rules fire, stay quiet and end as meant? On made-up readings, in no time."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

_FAILED, _BAD = 1, 2


@click.command("test-rules")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--config", type=click.Path(path_type=Path), help="The mall whose rules are tried [default: those delivered]."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for scripts.")
def command(files: tuple[Path, ...], config: Path | None, *, as_json: bool) -> None:
    """Try rules on made-up readings and say what fires when it should not, or does not when it should.

    FILES are written like promtool's unit tests (docs/alerts.md). Without any: the delivered ones, and with --config
    rules-tests.yaml and rules-tests.d/ of that directory. Nothing is asked over the network and nothing is changed.

    Exit code 0: all is as expected; 1: something is not; 2: a file cannot be used.

    \b
    Examples:
      mppmon test-rules
      mppmon test-rules --config /etc/mppmon
      mppmon test-rules my-tests.yaml --config /etc/mppmon --json
    """  # noqa: D301  # \b is click's mark for lines that must not be rewrapped
    from alerts.rule import from_settings  # noqa: PLC0415  # keeps `mppmon --help` quick
    from mppmon.cli import problems as shown  # noqa: PLC0415  # likewise
    from mppmon.clock import Clock  # noqa: PLC0415  # likewise
    from mppmon.config import ConfigErrors, cases, load  # noqa: PLC0415  # likewise
    from mppmon.config.rules import delivered  # noqa: PLC0415  # likewise

    delivered_rules = tuple(from_settings(one) for one in delivered().values())
    try:
        own_rules = load(config, today=Clock().now().date()).rules if config else delivered_rules
        paths = files or (cases.cases_of(config) if config else ())
        tried = [(cases.parse(cases.read(paths), own_rules), own_rules)]
        if not files:
            tried.append((cases.parse(cases.delivered_cases(), delivered_rules), delivered_rules))
    except ConfigErrors as errors:
        if as_json:
            problems = [shown.as_json(config or Path(), one) for one in errors.problems]
            click.echo(json.dumps({"ok": False, "problems": problems}, indent=2, ensure_ascii=False))
        else:
            for problem in errors.problems:
                shown.show(config or Path(), problem, "error", "red")
        sys.exit(_BAD)
    failures = [failure for some, rules in tried for failure in cases.run(some, rules)]
    tests = sum(len(some) for some, _ in tried)
    asked = sum(len(case.lines) for some, _ in tried for case in some)
    if as_json:
        report = {"ok": not failures, "tests": tests, "expectations": asked, "failures": list(map(asdict, failures))}
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        for failure in failures:
            click.echo(str(failure))
        word = "FAILED" if failures else "OK"
        click.echo(f"{word}: {tests} tests, {asked} expectations, {len(failures)} not met")
    sys.exit(_FAILED if failures else 0)
