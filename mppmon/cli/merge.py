"""`mppmon merge NUMBER --into NUMBER`."""

from pathlib import Path
from uuid import uuid4

import click

from mppmon.cli.control import ask, state_option


@click.command(epilog="Example: mppmon merge 13 --into 12")
@click.argument("number", type=int)
@click.option("--into", type=int, required=True, metavar="NUMBER", help="The incident in which it goes on.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@state_option
def command(number: int, into: int, state: Path, *, as_json: bool) -> None:
    """Say that incident NUMBER is the same fault as another one: it is closed and goes on there.

    Who was called for it is told once. Exit status 3: the daemon is off, nothing was changed.
    """
    answer = ask(state, "POST", f"/api/v1/incidents/{number}/merge?into={into}", key=str(uuid4()))
    click.echo(answer.text if as_json else f"Incident #{number} merged into #{into}.")
