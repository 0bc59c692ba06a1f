"""`mppmon ack NUMBER`."""

from pathlib import Path
from uuid import uuid4

import click

from mppmon.cli.control import ask, state_option


@click.command(epilog="Example: mppmon ack 1042")
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@state_option
def command(number: int, state: Path, *, as_json: bool) -> None:
    """Take incident NUMBER on: escalation stops, and those already called are told who has it.

    The answer comes after it is safely stored. Exit status 3: the daemon is off, nothing was changed.
    """
    answer = ask(state, "POST", f"/api/v1/incidents/{number}/acknowledge", key=str(uuid4()))
    click.echo(answer.text if as_json else f"Incident #{number} acknowledged.")
