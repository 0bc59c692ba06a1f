"""`mppmon reload`."""

from pathlib import Path

import click

from mppmon.cli.control import state_option


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@state_option
def command(state: Path, *, as_json: bool) -> None:
    """Take over the changed configuration without a restart.

    Prints what was added (+), changed (~) and removed (-). Of what stays, every state, timer and acknowledgement is
    kept; incidents of removed devices are closed with that reason. A configuration that is not valid changes nothing.
    `mppmon diff` shows it before. Exit status 2: not valid; 3: the daemon is off; 4: the database has not taken it.

    \b
    Examples:
      mppmon reload
      systemctl reload mppmon     (the same; the answer is in the journal)
    """  # noqa: D301  # \b is click's mark for lines that must not be rewrapped
    from mppmon.cli.plan import ask_plan, show  # noqa: PLC0415  # keeps `mppmon --help` quick

    raise SystemExit(show(ask_plan(state, "POST", "/api/v1/config/reload"), as_json=as_json, applied=True))
