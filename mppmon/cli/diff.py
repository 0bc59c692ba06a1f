"""`mppmon diff [DIR]`."""

from pathlib import Path

import click

from mppmon.cli.control import state_option


@click.command()
@click.argument("directory", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@state_option
def command(directory: Path | None, state: Path, *, as_json: bool) -> None:
    """Show what a reload would change: the configuration on disk against the one in use.

    Without DIRECTORY the daemon compares its own; with one, that directory is compared with the revision used last, and
    the daemon may be off. Exit status 0: no difference, 1: differences, 2: what is on disk is not valid.

    \b
    Examples:
      mppmon diff
      mppmon diff /etc/mppmon-new --json
    """  # noqa: D301  # \b is click's mark for lines that must not be rewrapped
    from mppmon.cli.plan import ask_plan, compare_directory, show  # noqa: PLC0415  # keeps `mppmon --help` quick

    found = compare_directory(directory, state) if directory else ask_plan(state, "GET", "/api/v1/config/plan")
    raise SystemExit(show(found, as_json=as_json, applied=False))
